using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaaS.Training.Checkpoints;

/// <summary>
/// JSON in the metadata of trained models and checkpoints: losses that are not finite are strings, and a member that is
/// not there, as in older files, keeps its default.
/// </summary>
/// <remarks>By reflection: generated deserialization sets init-only members that the JSON lacks to zero and
/// null.</remarks>
internal static class TrainingJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter() },
    };
}
