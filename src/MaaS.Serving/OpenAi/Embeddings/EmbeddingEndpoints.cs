using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.OpenAi.Embeddings;

/// <summary><c>POST /v1/embeddings</c>: vectors of texts.</summary>
internal sealed class EmbeddingEndpoints(OpenAiCalls calls, Embedder embedder, ServingEndpoint endpoint) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapOpenAi("/v1/embeddings", endpoint, AnswerAsync);

    private async Task AnswerAsync(HttpContext context)
    {
        var request = await calls.ReadAsync(context, EmbeddingRequest.Read).ConfigureAwait(false);
        using var call = await calls.BeginAsync(context, request.Model).ConfigureAwait(false);
        var output = Embedder.SettingsOf(call.Model).Output;
        if (call.Model.Outputs.FirstOrDefault(o => o.Name == output) is { Shape: [.., > 0 and var most] })
        {
            ThrowIfTooLarge(request.Dimensions, most);
        }

        var rows = request.Texts is { } texts
            ? Embedder.Encode(call.Model, texts, "input") : Embedder.Check(call.Model, request.Tokens!);
        var tokens = rows.Sum(static r => (long)r.Length);
        call.Charge(tokens);
        var vectors = await embedder.RunAsync(call.Model, rows, call.Client, context.RequestAborted)
            .ConfigureAwait(false);
        if (request.Dimensions is { } size)
        {
            vectors = Array.ConvertAll(vectors, vector => Cut(vector, size));
        }

        await JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteString("object"u8, "list"u8);
            writer.WriteStartArray("data"u8);
            for (var i = 0; i < vectors.Length; i++)
            {
                writer.WriteStartObject();
                writer.WriteString("object"u8, "embedding"u8);
                writer.WriteNumber("index"u8, i);
                writer.WritePropertyName("embedding"u8);
                Write(writer, vectors[i], request.IsBase64);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteString("model"u8, call.Model.Name);
            writer.WriteStartObject("usage"u8);
            writer.WriteNumber("prompt_tokens"u8, tokens);
            writer.WriteNumber("total_tokens"u8, tokens);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    // The first numbers alone are of another length: they are brought back to 1, as of OpenAI's own models.
    private static float[] Cut(float[] vector, int size)
    {
        ThrowIfTooLarge(size, vector.Length);
        var part = vector[..size];
        SentencePooling.Normalize(part);
        return part;
    }

    private static void ThrowIfTooLarge(int? size, long most)
    {
        if (size > most)
        {
            throw RequestFields.Fault(
                "dimensions", $"expected at most {most}, the size of this model's vectors, got {size}");
        }
    }

    private static void Write(Utf8JsonWriter writer, float[] vector, bool isBase64)
    {
        if (isBase64)
        {
            writer.WriteBase64StringValue(LittleEndian(vector));
            return;
        }

        writer.WriteStartArray();
        foreach (var value in vector)
        {
            TensorJsonWriter.Write(writer, value);
        }

        writer.WriteEndArray();
    }

    private static ReadOnlySpan<byte> LittleEndian(float[] vector)
    {
        if (BitConverter.IsLittleEndian)
        {
            return MemoryMarshal.AsBytes(vector.AsSpan());
        }

        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        return bytes;
    }
}
