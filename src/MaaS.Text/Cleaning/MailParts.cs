using System.Buffers.Text;
using System.Text;

namespace MaaS.Text.Cleaning;

/// <summary>Takes MIME bodies apart and decodes them; damaged ones as far as they go.</summary>
internal static class MailParts
{
    static MailParts() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>The parts between the lines <c>--boundary</c>, each with its headers.</summary>
    public static IEnumerable<string> Split(string body, string boundary)
    {
        var marker = $"--{boundary}";
        var start = -1;
        for (var at = Find(0); at >= 0; at = Find(at + marker.Length))
        {
            if (start >= 0)
            {
                yield return body[start..at];
            }

            var line = body.IndexOf('\n', at);
            var last = string.CompareOrdinal(body, at + marker.Length, "--", 0, 2) == 0;
            start = last || line < 0 ? -1 : line + 1;
            if (last)
            {
                yield break;
            }
        }

        if (start >= 0)
        {
            yield return body[start..];   // The closing line is missing.
        }

        // A boundary begins a line.
        int Find(int from)
        {
            var at = from;
            while ((at = body.IndexOf(marker, at, StringComparison.Ordinal)) > 0 && body[at - 1] != '\n')
            {
                at += marker.Length;
            }

            return at;
        }
    }

    /// <summary>The text of a body.</summary>
    /// <param name="body">Characters of one byte each, or already decoded ones.</param>
    /// <param name="encoding">Transfer encoding, lower case.</param>
    /// <param name="charset">Character set of the bytes; null for none given.</param>
    public static string Decode(string body, string encoding, string? charset)
    {
        switch (encoding)
        {
            case "base64":
                return Characters(FromBase64(body), charset);
            case "quoted-printable" when !HasWide(body):
                return Characters(FromQuotedPrintable(body), charset);
            default:
                return HasWide(body) ? body : Characters(Encoding.Latin1.GetBytes(body), charset);
        }
    }

    private static bool HasWide(string text) => text.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff');

    // UTF-8 where the bytes are valid UTF-8, whatever is declared: nothing else looks like it by chance.
    private static string Characters(byte[] bytes, string? charset)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes) && !IsShift(charset))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        try
        {
            var named = charset is null ? Encoding.Latin1 : Encoding.GetEncoding(charset);
            return (named.CodePage == Encoding.UTF8.CodePage ? Encoding.Latin1 : named).GetString(bytes);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return Encoding.Latin1.GetString(bytes);   // A character set that nobody knows, as "DEFAULT".
        }
    }

    // Character sets that write other letters with ASCII bytes.
    private static bool IsShift(string? charset)
        => charset is not null && (charset.StartsWith("iso-2022", StringComparison.OrdinalIgnoreCase)
            || charset.StartsWith("utf-7", StringComparison.OrdinalIgnoreCase)
            || charset.StartsWith("hz", StringComparison.OrdinalIgnoreCase));

    private static byte[] FromBase64(string body)
    {
        var digits = new byte[body.Length + 3];
        var count = 0;
        foreach (var c in body)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '+' or '/')
            {
                digits[count++] = (byte)c;
            }
        }

        count -= count % 4 == 1 ? 1 : 0;   // One digit alone holds no byte.
        while (count % 4 != 0)
        {
            digits[count++] = (byte)'=';
        }

        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(count)];
        Base64.DecodeFromUtf8(digits.AsSpan(0, count), bytes, out _, out var written);
        return bytes[..written];
    }

    private static byte[] FromQuotedPrintable(string body)
    {
        var bytes = new byte[body.Length];
        var count = 0;
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] != '=')
            {
                bytes[count++] = (byte)body[i];
                continue;
            }

            var rest = body.AsSpan(i + 1);
            if (rest.Length >= 2 && char.IsAsciiHexDigit(rest[0]) && char.IsAsciiHexDigit(rest[1]))
            {
                bytes[count++] = byte.Parse(
                    rest[..2], System.Globalization.NumberStyles.AllowHexSpecifier,
                    System.Globalization.CultureInfo.InvariantCulture);
                i += 2;
            }
            else if (SoftBreak(rest) is > 0 and var length)
            {
                i += length;
            }
            else
            {
                bytes[count++] = (byte)'=';
            }
        }

        return bytes[..count];
    }

    // Length of white space up to and with the end of the line; 0 where something else follows.
    private static int SoftBreak(ReadOnlySpan<char> rest)
    {
        var at = 0;
        while (at < rest.Length && rest[at] is (' ' or '\t' or '\r'))
        {
            at++;
        }

        return at < rest.Length && rest[at] == '\n' ? at + 1 : 0;
    }
}
