using System.Text;

namespace MaaS.Text.Cleaning;

/// <summary>
/// Subject and body of an internet message: headers go, MIME parts are decoded, HTML parts become text, attachments go.
/// What does not begin with a header stays as it is.
/// </summary>
/// <remarks>
/// RFC 5322, 2045 to 2047. Of alternatives the plain text is taken where there is any. A message that was read as
/// Latin-1, byte for byte, is decoded by the character set that it names.
/// </remarks>
internal sealed class MailText : ICleaningStep
{
    private const int DeepestPart = 8;   // Nesting that real mail does not reach.

    private static readonly HtmlText Html = new();

    public string Name => "mail";

    public string Description => "subject and body of a mail without headers, MIME encodings and attachments";

    public string Apply(string text)
    {
        var (headers, body) = MailHeaders.Read(text);
        if (headers.Count == 0)
        {
            return text;
        }

        var result = new StringBuilder();
        if (headers.Subject is { Length: > 0 } subject)
        {
            result.Append(subject).Append('\n');
        }

        AppendPart(result, headers, body, depth: 0);
        return result.ToString();
    }

    private static void AppendPart(StringBuilder result, MailHeaders headers, string body, int depth)
    {
        if (headers.Type.StartsWith("multipart/", StringComparison.Ordinal)
            && headers.Boundary is { Length: > 0 } boundary && depth < DeepestPart)
        {
            var parts = MailParts.Split(body, boundary);
            if (headers.Type == "multipart/alternative")
            {
                AppendBest(result, parts, depth);
                return;
            }

            foreach (var part in parts)
            {
                AppendText(result, part, depth);
            }
        }
        else if (headers.Type.StartsWith("message/", StringComparison.Ordinal) && depth < DeepestPart)
        {
            AppendText(result, body, depth);
        }
        else if (headers.Type.StartsWith("text/", StringComparison.Ordinal)
            || headers.Type.StartsWith("multipart/", StringComparison.Ordinal))
        {
            var decoded = MailParts.Decode(body, headers.Encoding, headers.Charset);
            result.Append(headers.Type == "text/html" ? Html.Apply(decoded) : decoded).Append('\n');
        }
    }

    private static void AppendBest(StringBuilder result, IEnumerable<string> parts, int depth)
    {
        var other = "";
        foreach (var part in parts)
        {
            var text = new StringBuilder();
            AppendText(text, part, depth);
            var (headers, _) = MailHeaders.Read(part);
            if (headers.Type == "text/plain" && !string.IsNullOrWhiteSpace(text.ToString()))
            {
                result.Append(text);
                return;
            }

            if (!string.IsNullOrWhiteSpace(text.ToString()))
            {
                other = text.ToString();
            }
        }

        result.Append(other);
    }

    private static void AppendText(StringBuilder result, string part, int depth)
    {
        var (headers, body) = MailHeaders.Read(part);
        if (headers.Disposition == "attachment")
        {
            return;
        }

        if (headers.Subject is { Length: > 0 } subject && depth > 0)
        {
            result.Append(subject).Append('\n');
        }

        AppendPart(result, headers, body, depth + 1);
    }
}
