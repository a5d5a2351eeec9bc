using System.Text.Json.Serialization;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>JSON of <c>config.json</c>; keys that MaaS does not read are left alone.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BertConfig))]
internal sealed partial class BertJson : JsonSerializerContext;
