using System.Text.Json;

namespace MaaS.Serving.OpenAi.Embeddings;

/// <summary>What a client asks of an encoder: <c>POST /v1/embeddings</c>.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Texts">What to embed; null where the client sends tokens.</param>
/// <param name="Tokens">Rows of tokens, taken as they are; null where the client sends texts.</param>
/// <param name="IsBase64">Whether vectors are written as base64 of little-endian float32.</param>
/// <param name="Dimensions">So many numbers of each vector; null for all.</param>
internal sealed record EmbeddingRequest(
    string Model, IReadOnlyList<string>? Texts, IReadOnlyList<int[]>? Tokens, bool IsBase64, int? Dimensions)
{
    private const string Expected = "a text, an array of texts, or one or several arrays of tokens";

    /// <summary>Reads a request.</summary>
    /// <exception cref="Faults.RequestException">400, with the member at fault.</exception>
    public static EmbeddingRequest Read(RequestFields fields)
    {
        var model = fields.Text("model")
            ?? throw RequestFields.Fault("model", "expected the name of a model, got none");
        var isBase64 = fields.OneOf("encoding_format", "float", "base64") == "base64";
        var dimensions = fields.Integer("dimensions", 1, 1 << 20);
        var input = fields.Need("input", Expected);
        fields.Finish();
        if (input.ValueKind == JsonValueKind.String)
        {
            return new EmbeddingRequest(model, [TextOf(input, "input")], null, isBase64, dimensions);
        }

        var items = fields.Items("input")!;
        return items.Count == 0 ? throw RequestFields.Fault("input", $"expected {Expected}, got an empty array")
            : items[0].Value.ValueKind switch
            {
                JsonValueKind.String => new EmbeddingRequest(
                    model, [.. items.Select(static i => TextOf(i.Value, i.Path))], null, isBase64, dimensions),
                JsonValueKind.Number => new EmbeddingRequest(
                    model, null, [TokensOf(input, "input")], isBase64, dimensions),
                _ => new EmbeddingRequest(
                    model, null, [.. items.Select(static i => TokensOf(i.Value, i.Path))], isBase64, dimensions),
            };
    }

    private static string TextOf(JsonElement value, string path)
        => RequestFields.TextOf(value, path) is { Length: > 0 } text ? text
            : throw RequestFields.Fault(path, "expected a text that is not empty, got none");

    private static int[] TokensOf(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            throw RequestFields.Fault(
                path, $"expected an array of tokens that is not empty, got {RequestFields.Kind(value)}");
        }

        return
        [
            .. value.EnumerateArray().Select(
                token => token.ValueKind == JsonValueKind.Number && token.TryGetInt32(out var id) && id >= 0 ? id
                    : throw RequestFields.Fault(path, "expected tokens, whole numbers of 0 or more")),
        ];
    }
}
