using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text;

/// <summary>The member <c>padding</c>.</summary>
internal static class PaddingJson
{
    public static Padding? Read(ComponentJson json)
    {
        if (json.IsNull)
        {
            return null;
        }

        var strategy = json.Member("strategy");
        return new()
        {
            Length = strategy.Element.ValueKind == JsonValueKind.Object ? strategy.Int("Fixed")
                : strategy.AsString() == "BatchLongest" ? null
                : throw strategy.Fault("BatchLongest or an object with Fixed"),
            MultipleOf = Math.Max(1, json.Int("pad_to_multiple_of", 1)),
            Side = TruncationJson.ReadSide(json),
            Id = json.Int("pad_id", 0),
            TypeId = json.Int("pad_type_id", 0),
        };
    }

    public static void Write(Utf8JsonWriter writer, TokenizerParts parts)
    {
        if (parts.Padding is not { MultipleOf: > 0 } padding)
        {
            writer.WriteNull("padding");
            return;
        }

        var id = padding.Id ?? 0;
        writer.WriteStartObject("padding");
        if (padding.Length is { } length)
        {
            writer.WriteStartObject("strategy");
            writer.WriteNumber("Fixed", length);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteString("strategy", "BatchLongest");
        }

        writer.WriteString("direction", padding.Side.ToString());
        if (padding.MultipleOf > 1)
        {
            writer.WriteNumber("pad_to_multiple_of", padding.MultipleOf);
        }
        else
        {
            writer.WriteNull("pad_to_multiple_of");
        }

        writer.WriteNumber("pad_id", id);
        writer.WriteNumber("pad_type_id", padding.TypeId);
        writer.WriteString(
            "pad_token",
            parts.AddedTokens.FirstOrDefault(t => t.Id == id)?.Content ?? parts.Model.Vocabulary.Token(id) ?? "");
        writer.WriteEndObject();
    }
}
