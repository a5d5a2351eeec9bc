using System.Numerics.Tensors;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.OpenAi.Embeddings;

/// <summary><c>POST /v1/rerank</c>: documents in the order of how well they answer a question, by a cross-encoder or by
/// the cosine of a sentence encoder's vectors, in the form of the common rerankers.</summary>
internal sealed class RerankEndpoints(
    OpenAiCalls calls, Embedder embedder, PairRanker ranker, ServingEndpoint endpoint) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapOpenAi("/v1/rerank", endpoint, AnswerAsync);

    private async Task AnswerAsync(HttpContext context)
    {
        var request = await calls.ReadAsync(context, RerankRequest.Read).ConfigureAwait(false);
        using var call = await calls.BeginAsync(context, request.Model).ConfigureAwait(false);
        var (ratings, score, tokens) = await RateAsync(call, request, context.RequestAborted).ConfigureAwait(false);
        var ranked = ratings.Select(static (rating, i) => (Index: i, Rating: rating))
            .OrderByDescending(static d => d.Rating).ThenBy(static d => d.Index)
            .Take(request.TopN ?? int.MaxValue).ToList();
        await JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteString("id"u8, call.Id("rerank-"));
            writer.WriteString("model"u8, call.Model.Name);
            writer.WriteStartArray("results"u8);
            foreach (var (index, rating) in ranked)
            {
                writer.WriteStartObject();
                writer.WriteNumber("index"u8, index);
                writer.WritePropertyName("relevance_score"u8);
                TensorJsonWriter.Write(writer, (float)score(rating));
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

    // A number for each document by which they are ordered, what makes a score of it, and the tokens that were read.
    private async Task<(double[] Ratings, Func<double, double> Score, long Tokens)> RateAsync(
        OpenAiCall call, RerankRequest request, CancellationToken cancellationToken)
    {
        if (call.Model is { Manifest.Ranking: { } ranking, Text: not null })
        {
            var pairs = PairRanker.Encode(call.Model, request.Query, request.Documents, cancellationToken);
            var read = pairs.Sum(static p => (long)p.Ids.Count);
            call.Charge(read);
            var logits = await ranker.RunAsync(call.Model, ranking, pairs, call.Client, cancellationToken)
                .ConfigureAwait(false);
            return (logits, PairScores.Score, read);
        }

        if (call.Model is not { Manifest.Embedding: not null, Text: not null })
        {
            throw RequestFields.Fault(
                "model",
                $"expected a cross-encoder or a sentence encoder, got '{call.Model.Name}' of "
                    + (call.Model.Manifest?.Task is { } task ? $"task '{task}'" : "no task"));
        }

        int[][] rows =
        [
            .. Embedder.Encode(call.Model, [request.Query], "query"),
            .. Embedder.Encode(call.Model, request.Documents, "documents"),
        ];
        var tokens = rows.Sum(static r => (long)r.Length);
        call.Charge(tokens);
        var vectors = await embedder.RunAsync(call.Model, rows, call.Client, cancellationToken).ConfigureAwait(false);
        double[] cosines =
            [.. vectors.Skip(1).Select(v => (double)TensorPrimitives.CosineSimilarity<float>(vectors[0], v))];
        return (cosines, static cosine => cosine, tokens);
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
