using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Values as Python prints them, and what Python takes for white space.</summary>
internal static class PythonText
{
    /// <summary>As <c>str()</c> gives it.</summary>
    public static string Of(object? value) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Representation(value),
    };

    /// <summary>As <c>repr()</c> gives it: strings in quotes.</summary>
    public static string Representation(object? value)
    {
        if (value is string or null or bool or long or double or BigInteger or Undefined)
        {
            return Scalar(value);
        }

        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    /// <summary>A real number, as short as it can be told from all others.</summary>
    public static string Real(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        // .NET's shortest form has an exponent where Python's has none, and the other way round.
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = Exponent(
            shortest.Contains('E', StringComparison.Ordinal) ? shortest
                : value.ToString("E16", CultureInfo.InvariantCulture));

        var sign = shortest.StartsWith('-') ? "-" : "";
        var digits = Digits(shortest);
        if (value == 0 || exponent is >= -4 and < 16)
        {
            return sign + Plain(digits, value == 0 ? 0 : exponent);
        }

        var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
        return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1C' and <= '\x1F';

    /// <summary>Whether there is nothing but white space.</summary>
    public static bool IsSpace(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!IsSpace(c))
            {
                return false;
            }
        }

        return true;
    }

    public static string TrimEnd(string text) => Strip(text, null, left: false, right: true);

    /// <summary>Leaves out white space, or the characters named, at the ends.</summary>
    public static string Strip(string text, string? characters, bool left = true, bool right = true)
    {
        bool Goes(char c) => characters is null ? IsSpace(c) : characters.Contains(c, StringComparison.Ordinal);
        var (from, to) = (0, text.Length);
        while (left && from < to && Goes(text[from]))
        {
            from++;
        }

        while (right && to > from && Goes(text[to - 1]))
        {
            to--;
        }

        return text[from..to];
    }

    private static string Scalar(object? value) => value switch
    {
        null => "None",
        bool truth => truth ? "True" : "False",
        double real => Real(real),
        string text => Quoted(text),
        Undefined => "Undefined",
        _ => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
    };

    private static void Append(StringBuilder text, object? value)
    {
        StackGuard.Check();
        switch (value)
        {
            case DictValue dict:
                text.Append('{');
                var first = true;
                foreach (var (key, item) in dict.Items)
                {
                    text.Append(first ? "" : ", ").Append(Quoted(key)).Append(": ");
                    Append(text, item);
                    first = false;
                }

                text.Append('}');
                break;
            case IList list:
                var tuple = value is object?[];
                text.Append(tuple ? '(' : '[');
                for (var i = 0; i < list.Count; i++)
                {
                    text.Append(i > 0 ? ", " : "");
                    Append(text, list[i]);
                }

                text.Append(tuple && list.Count == 1 ? "," : "").Append(tuple ? ')' : ']');
                break;
            case NamespaceValue:
                throw new TemplateFault("a namespace cannot be printed; print its attributes");
            case Macro or LoopValue or BoundMethod:
                throw new TemplateFault("a function cannot be printed; call it");
            default:
                text.Append(Scalar(value));
                break;
        }
    }

    private static int Exponent(string number) => int.Parse(
        number.AsSpan(number.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign,
        CultureInfo.InvariantCulture);

    // The digits that count, without zeros before and behind.
    private static string Digits(string number)
    {
        var end = number.IndexOf('E', StringComparison.Ordinal);
        var digits = (end < 0 ? number : number[..end]).Replace("-", "", StringComparison.Ordinal)
            .Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        return digits.Length == 0 ? "0" : digits;
    }

    private static string Plain(string digits, int exponent) => exponent < 0
        ? "0." + new string('0', -exponent - 1) + digits
        : digits.Length <= exponent + 1 ? digits + new string('0', exponent + 1 - digits.Length) + ".0"
        : $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";

    private static string Quoted(string value)
    {
        var quote = value.Contains('\'', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal)
            ? '"' : '\'';
        var text = new StringBuilder(value.Length + 2).Append(quote);
        for (var i = 0; i < value.Length; i++)
        {
            var wide = Rune.TryGetRuneAt(value, i, out var rune);
            var code = wide ? rune.Value : value[i];
            if (code is '\\' || code == quote)
            {
                text.Append('\\').Append((char)code);
            }
            else if (code is '\n' or '\r' or '\t')
            {
                text.Append('\\').Append(code == '\n' ? 'n' : code == '\r' ? 'r' : 't');
            }
            else if (code == ' ' || (wide && IsPrintable(rune)))
            {
                text.Append(rune.ToString());
            }
            else
            {
                text.Append(code <= 0xFF ? $"\\x{code:x2}" : code <= 0xFFFF ? $"\\u{code:x4}" : $"\\U{code:x8}");
            }

            i += wide ? rune.Utf16SequenceLength - 1 : 0;
        }

        return text.Append(quote).ToString();
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator);
}
