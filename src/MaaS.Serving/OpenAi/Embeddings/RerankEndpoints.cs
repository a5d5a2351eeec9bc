using System.Numerics.Tensors;
using System.Text.Json;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.OpenAi.Embeddings;

/// <summary><c>POST /v1/rerank</c>: documents in the order of how near they are to a question, by the cosine of their
/// vectors, in the form of the common rerankers.</summary>
internal sealed class RerankEndpoints(OpenAiCalls calls, Embedder embedder, ServingEndpoint endpoint) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapOpenAi("/v1/rerank", endpoint, AnswerAsync);

    private async Task AnswerAsync(HttpContext context)
    {
        var request = await calls.ReadAsync(context, RerankRequest.Read).ConfigureAwait(false);
        using var call = await calls.BeginAsync(context, request.Model).ConfigureAwait(false);
        Embedder.SettingsOf(call.Model);
        int[][] rows =
        [
            .. Embedder.Encode(call.Model, [request.Query], "query"),
            .. Embedder.Encode(call.Model, request.Documents, "documents"),
        ];
        var tokens = rows.Sum(static r => (long)r.Length);
        call.Charge(tokens);
        var vectors = await embedder.RunAsync(call.Model, rows, call.Client, context.RequestAborted)
            .ConfigureAwait(false);
        var ranked = vectors.Skip(1)
            .Select((v, i) => (Index: i, Score: TensorPrimitives.CosineSimilarity<float>(vectors[0], v)))
            .OrderByDescending(static d => d.Score).ThenBy(static d => d.Index)
            .Take(request.TopN ?? int.MaxValue).ToList();
        await JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteString("id"u8, call.Id("rerank-"));
            writer.WriteString("model"u8, call.Model.Name);
            writer.WriteStartArray("results"u8);
            foreach (var (index, score) in ranked)
            {
                writer.WriteStartObject();
                writer.WriteNumber("index"u8, index);
                writer.WritePropertyName("relevance_score"u8);
                TensorJsonWriter.Write(writer, score);
                if (request.ReturnDocuments)
                {
                    writer.WriteStartObject("document"u8);
                    writer.WriteString("text"u8, request.Documents[index]);
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartObject("usage"u8);
            writer.WriteNumber("prompt_tokens"u8, tokens);
            writer.WriteNumber("total_tokens"u8, tokens);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary>What a client asks for.</summary>
    private sealed record RerankRequest(
        string Model, string Query, IReadOnlyList<string> Documents, int? TopN, bool ReturnDocuments)
    {
        public static RerankRequest Read(RequestFields fields)
        {
            var request = new RerankRequest(
                fields.Text("model") ?? throw RequestFields.Fault("model", "expected the name of a model, got none"),
                fields.Text("query") ?? throw RequestFields.Fault("query", "expected a text, got none"),
                [.. (fields.Items("documents") ?? []).Select(static d => DocumentOf(d.Value, d.Path))],
                fields.Integer("top_n", 1, int.MaxValue), fields.Flag("return_documents") ?? false);
            fields.Finish();
            return request.Documents.Count > 0 ? request
                : throw RequestFields.Fault("documents", "expected an array of at least one text, got none");
        }

        // A text, or an object with one, as clients of the common rerankers send.
        private static string DocumentOf(JsonElement document, string path)
        {
            if (document.ValueKind != JsonValueKind.Object)
            {
                return RequestFields.TextOf(document, path);
            }

            var fields = new RequestFields(document, path);
            var text = fields.Text("text") ?? throw RequestFields.Fault(path, "expected a member 'text', got none");
            fields.Finish();
            return text;
        }
    }
}
