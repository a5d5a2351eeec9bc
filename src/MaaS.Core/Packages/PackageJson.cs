using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaaS.Core.Packages;

/// <summary>JSON of manifests: camelCase, a member twice is an error, and a member that is not there keeps its
/// default.</summary>
/// <remarks>By reflection: generated deserialization sets init-only members that the JSON lacks to zero and
/// null.</remarks>
internal static class PackageJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter() },
        WriteIndented = true,
    };
}
