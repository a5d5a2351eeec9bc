using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace MaaS.Client.Ai;

/// <summary>A served sentence encoder as the <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> of
/// Microsoft.Extensions.AI.</summary>
/// <param name="client">Sends the requests; stays its owner's.</param>
/// <param name="model">The model, where the options name none.</param>
internal sealed class MaaSEmbeddingGenerator(MaaSClient client, string model)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var body = new JsonObject
        {
            ["model"] = options?.ModelId ?? model,
            ["input"] = new JsonArray([.. values.Select(static v => (JsonNode)v)]),
            ["encoding_format"] = "base64",
        };
        if (options?.Dimensions is { } size)
        {
            body["dimensions"] = size;
        }

        foreach (var (name, value) in options?.AdditionalProperties ?? [])
        {
            body[name] = JsonSerializer.SerializeToNode(value, AIJsonUtilities.DefaultOptions);
        }

        return await client.PostAsync("v1/embeddings", () => JsonContent.Create(body), Read, cancellationToken)
            .ConfigureAwait(false);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("maas", null, model)
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(client) ? client : null;
    }

    // The client below is its owner's.
    public void Dispose()
    {
    }

    private static GeneratedEmbeddings<Embedding<float>> Read(JsonElement answer)
    {
        var usage = answer.GetProperty("usage");
        return new GeneratedEmbeddings<Embedding<float>>(
            answer.GetProperty("data").EnumerateArray()
                .Select(entry => new Embedding<float>(Floats(entry.GetProperty("embedding").GetBytesFromBase64()))
                {
                    ModelId = answer.GetProperty("model").GetString(),
                }))
        {
            Usage = new UsageDetails
            {
                InputTokenCount = usage.GetProperty("prompt_tokens").GetInt64(),
                TotalTokenCount = usage.GetProperty("total_tokens").GetInt64(),
            },
        };
    }

    private static float[] Floats(byte[] littleEndian)
    {
        if (BitConverter.IsLittleEndian)
        {
            return MemoryMarshal.Cast<byte, float>(littleEndian).ToArray();
        }

        var floats = new float[littleEndian.Length / sizeof(float)];
        for (var i = 0; i < floats.Length; i++)
        {
            floats[i] = BitConverter.Int32BitsToSingle(
                System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(littleEndian.AsSpan(i * sizeof(float))));
        }

        return floats;
    }
}
