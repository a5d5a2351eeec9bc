using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text;

/// <summary>One of <c>added_tokens</c>.</summary>
internal static class AddedTokenJson
{
    public static AddedToken Read(ComponentJson json)
    {
        var (content, id) = (json.String("content"), json.Int("id"));
        if (id < 0)
        {
            throw json.Member("id").Fault("an id from 0");
        }

        var special = json.Bool("special", false);
        return new(content, id)
        {
            Special = special,
            SingleWord = json.Bool("single_word", false),
            LeftStrip = json.Bool("lstrip", false),
            RightStrip = json.Bool("rstrip", false),
            Normalized = json.Bool("normalized", !special),
        };
    }

    public static void Write(Utf8JsonWriter writer, AddedToken token)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", token.Id);
        writer.WriteString("content", token.Content);
        writer.WriteBoolean("single_word", token.SingleWord);
        writer.WriteBoolean("lstrip", token.LeftStrip);
        writer.WriteBoolean("rstrip", token.RightStrip);
        writer.WriteBoolean("normalized", token.Normalized);
        writer.WriteBoolean("special", token.Special);
        writer.WriteEndObject();
    }
}
