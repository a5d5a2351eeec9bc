using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.PostProcessors;

/// <summary>A token and its id, written as <c>["[SEP]", 102]</c>.</summary>
internal readonly record struct SpecialToken(string Token, int Id)
{
    public static SpecialToken Read(ComponentJson json) =>
        json.Items().ToArray() is [var token, var id]
            ? new(token.AsString(), id.AsInt()) : throw json.Fault("[token, id]");

    public void Write(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartArray(name);
        writer.WriteStringValue(Token);
        writer.WriteNumberValue(Id);
        writer.WriteEndArray();
    }
}
