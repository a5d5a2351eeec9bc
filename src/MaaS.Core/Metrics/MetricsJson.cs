using System.Text.Json.Serialization;

namespace MaaS.Core.Metrics;

/// <summary>JSON of the metrics, camelCase; numbers that are not finite are written as strings.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ClassificationReport))]
[JsonSerializable(typeof(ConfusionMatrix))]
internal sealed partial class MetricsJson : JsonSerializerContext;
