using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaaS.Registry.Exchange;

/// <summary>JSON of OCI's documents: camelCase, unknown members are other people's.</summary>
internal static class OciJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        IgnoreReadOnlyProperties = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,   // Not in a page: '+' stands as it is.
    };

    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static T Read<T>(string what, ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("got null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{what}: expected {typeof(T).Name} as JSON: {e.Message}", e);
        }
    }
}
