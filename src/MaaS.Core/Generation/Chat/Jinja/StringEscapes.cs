using System.Globalization;
using System.Text;

namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Python's escapes in the strings of a template.</summary>
internal static class StringEscapes
{
    public static string Resolve(string raw, int line)
    {
        if (!raw.Contains('\\', StringComparison.Ordinal))
        {
            return raw;
        }

        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i = Append(text, raw, i + 1, line);
        }

        return text.ToString();
    }

    // Gives the place of the escape's last character.
    private static int Append(StringBuilder text, string raw, int i, int line)
    {
        switch (raw[i])
        {
            case '\n':
                return i;
            case 'x':
                return AppendCode(text, raw, i, 2, line);
            case 'u':
                return AppendCode(text, raw, i, 4, line);
            case 'U':
                return AppendCode(text, raw, i, 8, line);
            case 'N':
                throw new TemplateFault(line, "characters by name (\\N{…}) are not supported; write the character");
            case >= '0' and <= '7':
                var (end, value) = (i, 0);
                while (end < raw.Length && end < i + 3 && raw[end] is >= '0' and <= '7')
                {
                    value = (value * 8) + raw[end++] - '0';
                }

                text.Append((char)value);
                return end - 1;
            default:
                var at = "abfnrtv\\'\"".IndexOf(raw[i], StringComparison.Ordinal);
                if (at < 0)
                {
                    // As Python: an escape that is none stays as it is written.
                    text.Append('\\');
                }

                text.Append(at < 0 ? raw[i] : "\a\b\f\n\r\t\v\\'\""[at]);
                return i;
        }
    }

    private static int AppendCode(StringBuilder text, string raw, int i, int digits, int line)
    {
        if (i + digits >= raw.Length || !uint.TryParse(
                raw.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code > 0x10FFFF)
        {
            throw new TemplateFault(line, $"expected {digits} hexadecimal digits of a character after \\{raw[i]}");
        }

        // A half of a surrogate pair stays one; both halves together are the character.
        text.Append(code is >= 0xD800 and <= 0xDFFF ? ((char)code).ToString() : char.ConvertFromUtf32((int)code));
        return i + digits;
    }
}
