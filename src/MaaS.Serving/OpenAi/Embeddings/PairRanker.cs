using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.OpenAi.Embeddings;

/// <summary>Scores of documents by a served cross-encoder: each is read together with the question, pairs of about one
/// length in one run, runs shared with other requests as of any model.</summary>
internal sealed class PairRanker(IInferenceExecutor executor)
{
    /// <summary>Token ids and types of each pair, cut or refused as the package says.</summary>
    /// <exception cref="RequestException">400: there are too many documents, or a text is too long.</exception>
    public static TextPair[] Encode(ServedModel model, string query, IReadOnlyList<string> documents)
    {
        TextLimits.ThrowIfTooMany(model, documents.Count, "documents");
        TextLimits.ThrowIfTooLong(model, query, "query");
        return
        [
            .. documents.Select((document, i) =>
            {
                TextLimits.ThrowIfTooLong(model, document, $"documents[{i}]");
                try
                {
                    return model.Text!.EncodePair(query, document);
                }
                catch (ModelInputException e)
                {
                    throw RequestFields.Fault($"documents[{i}]", e.Message, "context_length_exceeded");
                }
            }),
        ];
    }

    /// <summary>Runs the model.</summary>
    /// <param name="model">A cross-encoder; the caller holds a lease on it.</param>
    /// <param name="settings">Of its package.</param>
    /// <param name="pairs">Tokens of each pair.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <returns>A score from 0 to 1 for each pair, in their order.</returns>
    /// <inheritdoc cref="IInferenceExecutor.RunAsync" path="/exception"/>
    public async Task<float[]> RunAsync(
        ServedModel model, RankingSettings settings, IReadOnlyList<TextPair> pairs, RequestContext client,
        CancellationToken cancellationToken)
    {
        var scores = new float[pairs.Count];
        var lengths = pairs.Select(static p => p.Ids.Count).ToArray();
        foreach (var batch in LengthBatches.Of(lengths, TextLimits.RunTokens, TextLimits.RunRows))
        {
            var step = TextLimits.StepOf(Array.ConvertAll(batch, i => lengths[i]));
            var (ids, mask) = model.Text!.Pad([.. batch.Select(i => pairs[i].Ids.ToArray())], step);
            using var types = TypesOf([.. batch.Select(i => pairs[i])], ids.Shape);
            var inputs = TextEncoder.Arrange(model.Inputs, ids, mask, types);
            try
            {
                var request = new InferenceRequest(model, inputs, client) { Outputs = [settings.Output] };
                using var outputs = await executor.RunAsync(request, cancellationToken).ConfigureAwait(false);
                foreach (var (pair, score) in batch.Zip(PairScores.Of(outputs[0], batch.Length, settings)))
                {
                    scores[pair] = score;
                }
            }
            finally
            {
                Array.ForEach(inputs, static i => i.Dispose());
            }
        }

        return scores;
    }

    // Of padding the type is 0, as the common tokenizers have it.
    private static TensorValue TypesOf(TextPair[] pairs, ReadOnlySpan<long> shape)
    {
        var types = new long[shape[0] * shape[1]];
        for (var row = 0; row < pairs.Length; row++)
        {
            for (var i = 0; i < pairs[row].TypeIds.Count; i++)
            {
                types[(row * shape[1]) + i] = pairs[row].TypeIds[i];
            }
        }

        return TensorValue.Of(types, shape[0], shape[1]);
    }
}
