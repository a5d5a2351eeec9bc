using System.Text.Json.Serialization;

namespace MaaS.Training.Models;

/// <summary>JSON in the metadata of trained models and checkpoints; losses that are not finite are written as strings.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(TrainedModelInfo))]
[JsonSerializable(typeof(TrainedTextModelInfo))]
[JsonSerializable(typeof(IReadOnlyList<EpochResult>))]
internal sealed partial class TrainingJson : JsonSerializerContext;
