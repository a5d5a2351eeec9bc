using System.Text.Json;
using MaaS.Serving.Models;

namespace MaaS.Serving.Protocols;

/// <summary>A model as OpenAI's clients read it, beside what other clients read at the same addresses.</summary>
internal static class ModelObject
{
    /// <summary>Writes the members <c>id</c>, <c>object</c>, <c>created</c> and <c>owned_by</c>.</summary>
    /// <param name="writer">Within an object.</param>
    /// <param name="name">The model, or <c>base:adapter</c>.</param>
    /// <param name="versions">Its versions; the newest that says when it was made gives the time, or else it is
    /// 0.</param>
    public static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<ModelVersionStatus> versions)
    {
        writer.WriteString("id"u8, name);
        writer.WriteString("object"u8, "model"u8);
        writer.WriteNumber(
            "created"u8,
            versions.OrderByDescending(static v => v.Version).Select(static v => v.Created).FirstOrDefault(
                static created => created is not null)?.ToUnixTimeSeconds() ?? 0);
        writer.WriteString("owned_by"u8, "maas"u8);
    }

    /// <summary>The adapters of a model's versions, in order.</summary>
    public static IReadOnlyList<string> AdaptersOf(IReadOnlyList<ModelVersionStatus> versions)
        => [.. versions.SelectMany(static v => v.Adapters).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];
}
