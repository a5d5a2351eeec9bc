using System.Text;

namespace MaaS.Serving.Grpc;

/// <summary>Text in the trailer <c>grpc-message</c>: UTF-8, of which all but printable ASCII, and <c>%</c>, is percent-encoded.</summary>
internal static class GrpcMessageText
{
    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var encoded = new StringBuilder(text.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
            {
                encoded.Append((char)b);
            }
            else
            {
                encoded.Append('%').Append(b.ToString("X2", provider: null));
            }
        }

        return encoded.ToString();
    }
}
