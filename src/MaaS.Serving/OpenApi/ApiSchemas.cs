using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace MaaS.Serving.OpenApi;

/// <summary>Schemas of examples.</summary>
internal static class ApiSchemas
{
    /// <summary>
    /// The schema that an example shows. A list of numbers or of lists may hold anything: it is a tensor.
    /// </summary>
    public static OpenApiSchema Of(JsonNode? example) => example switch
    {
        JsonObject o => new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = o.ToDictionary(p => p.Key, p => (IOpenApiSchema)Of(p.Value)),
        },
        JsonArray a
            => new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = a.Count > 0 && a[0] is JsonObject or JsonValue ? Item(a[0]) : new OpenApiSchema(),
            },
        JsonValue v => new OpenApiSchema
        {
            Type = v.GetValueKind() switch
            {
                JsonValueKind.String => JsonSchemaType.String,
                JsonValueKind.True or JsonValueKind.False => JsonSchemaType.Boolean,
                _ => JsonSchemaType.Number,
            },
        },
        _ => new OpenApiSchema(),
    };

    private static OpenApiSchema Item(JsonNode? item)
        => item is JsonValue v && v.GetValueKind() == JsonValueKind.Number ? new OpenApiSchema() : Of(item);
}
