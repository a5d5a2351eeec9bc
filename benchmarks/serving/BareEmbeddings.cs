using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MaaS.Benchmarks.Serving;

/// <summary>Kestrel and <see cref="SentenceEncoder"/> with nothing between them: each request is a run of its own, of
/// one thread.</summary>
internal static class BareEmbeddings
{
    public static async Task RunAsync(string package, int port)
    {
        using var encoder = await SentenceEncoder.OpenAsync(package, new InferenceOptions { IntraOpThreads = 1 });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        var app = builder.Build();
        app.MapPost("/v1/embeddings", (RequestDelegate)(context => AnswerAsync(context, encoder)));
        await app.RunAsync();
    }

    private static async Task AnswerAsync(HttpContext context, SentenceEncoder encoder)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var input = body.RootElement.GetProperty("input");
        string[] texts = input.ValueKind == JsonValueKind.String ? [input.GetString()!]
            : [.. input.EnumerateArray().Select(static t => t.GetString()!)];
        var vectors = encoder.Embed(texts);
        context.Response.ContentType = "application/json";
        using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        for (var i = 0; i < vectors.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, i);
            writer.WriteStartArray("embedding"u8);
            foreach (var value in vectors[i])
            {
                writer.WriteNumberValue(value);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
