using System.Text.Json;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>JSON of <c>config.json</c>; keys that MaaS does not read are left alone, and what is not there keeps its
/// default.</summary>
/// <remarks>By reflection: generated deserialization sets init-only members that the JSON lacks to zero and
/// null.</remarks>
internal static class BertJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };
}
