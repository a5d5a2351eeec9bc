using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Json;

/// <summary>
/// Texts of a request. A string may be sound JSON and yet no Unicode text: <c>"\ud800"</c> is half a pair.
/// </summary>
internal static class JsonText
{
    /// <summary>The string or name that the reader stands on.</summary>
    /// <exception cref="RequestException">400: it is no Unicode text.</exception>
    public static string Get(in Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw NotUnicode(e);
        }
    }

    /// <summary>Whether the string or name that the reader stands on is <paramref name="text"/>.</summary>
    /// <exception cref="RequestException">400: it is no Unicode text.</exception>
    public static bool Is(in Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        try
        {
            return reader.ValueTextEquals(text);
        }
        catch (InvalidOperationException e)
        {
            throw NotUnicode(e);
        }
    }

    /// <summary>The bytes that the string which the reader stands on has in base64; false where it is no
    /// base64.</summary>
    /// <exception cref="RequestException">400: it is no Unicode text.</exception>
    public static bool TryGetBase64(in Utf8JsonReader reader, [NotNullWhen(true)] out byte[]? bytes)
    {
        try
        {
            return reader.TryGetBytesFromBase64(out bytes);
        }
        catch (InvalidOperationException e)
        {
            throw NotUnicode(e);
        }
    }

    private static RequestException NotUnicode(InvalidOperationException cause)
        => new("expected Unicode text, got a string that is none", cause);
}
