using System.Text.Json;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Json;

/// <summary>Checks of members of a request.</summary>
internal static class JsonMember
{
    /// <summary>The text that the reader stands on.</summary>
    /// <exception cref="RequestException">400: it is no text.</exception>
    public static string Text(ref Utf8JsonReader reader, string member)
        => reader.TokenType == JsonTokenType.String ? JsonText.Get(reader)
            : throw RequestException.BadRequest($"{member}: expected a text, got {reader.TokenType}");

    /// <exception cref="RequestException">400: the reader stands on something else.</exception>
    public static void Expect(in Utf8JsonReader reader, JsonTokenType type, string member)
    {
        if (reader.TokenType != type)
        {
            throw RequestException.BadRequest(
                $"{member}: expected {(type == JsonTokenType.StartArray ? "an array" : "objects")}, got "
                    + $"{reader.TokenType}");
        }
    }
}
