using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.OpenAi.Embeddings;

/// <summary>Vectors of texts from a served encoder: rows of about one length in one run, runs shared with other
/// requests as of any model.</summary>
internal sealed class Embedder(IInferenceExecutor executor)
{
    /// <summary>What the model's package says of its vectors.</summary>
    /// <exception cref="RequestException">400: it is no encoder.</exception>
    public static EmbeddingSettings SettingsOf(ServedModel model)
        => model is { Manifest.Embedding: { } settings, Text: not null } ? settings
            : throw RequestFields.Fault(
                "model",
                $"expected a sentence encoder, got '{model.Name}' of "
                    + (model.Manifest?.Task is { } task ? $"task '{task}'" : "no task"));

    /// <summary>Token ids of texts, cut or refused as the package says.</summary>
    /// <exception cref="RequestException">400: there are too many texts, or one is too long.</exception>
    public static int[][] Encode(ServedModel model, IReadOnlyList<string> texts, string parameter)
    {
        TextLimits.ThrowIfTooMany(model, texts.Count, parameter);
        return
        [
            .. texts.Select((text, i) =>
            {
                TextLimits.ThrowIfTooLong(model, text, $"{parameter}[{i}]");
                try
                {
                    return model.Text!.Encode(text);
                }
                catch (ModelInputException e)
                {
                    throw RequestFields.Fault($"{parameter}[{i}]", e.Message, "context_length_exceeded");
                }
            }),
        ];
    }

    /// <summary>Checks rows that a client has made itself.</summary>
    /// <exception cref="RequestException">400: too many, too long, or tokens that the model does not know.</exception>
    public static IReadOnlyList<int[]> Check(ServedModel model, IReadOnlyList<int[]> rows)
    {
        TextLimits.ThrowIfTooMany(model, rows.Count, "input");
        var (most, words) = (model.Text!.Preprocessing.MaxLength, model.Text.Tokenizer.VocabSize);
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Length > most)
            {
                throw RequestFields.Fault(
                    $"input[{i}]", $"expected at most {most} tokens, got {rows[i].Length}", "context_length_exceeded");
            }

            if (Array.FindIndex(rows[i], id => id >= words || id == model.Text.PaddingId) is >= 0 and var at)
            {
                throw RequestFields.Fault(
                    $"input[{i}]",
                    $"expected tokens from 0 to {words - 1} without {model.Text.PaddingId}, the padding, got "
                        + $"{rows[i][at]}");
            }
        }

        return rows;
    }

    /// <summary>Runs the model.</summary>
    /// <param name="model">An encoder; the caller holds a lease on it.</param>
    /// <param name="rows">Tokens of each text.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <returns>A vector for each row, in their order.</returns>
    /// <inheritdoc cref="IInferenceExecutor.RunAsync" path="/exception"/>
    public async Task<float[][]> RunAsync(
        ServedModel model, IReadOnlyList<int[]> rows, RequestContext client, CancellationToken cancellationToken)
    {
        var settings = SettingsOf(model);
        var vectors = new float[rows.Count][];
        int[] lengths = [.. rows.Select(static r => r.Length)];
        foreach (var batch in LengthBatches.Of(lengths, TextLimits.RunTokens, TextLimits.RunRows))
        {
            var step = TextLimits.StepOf(Array.ConvertAll(batch, i => lengths[i]));
            var (ids, mask) = model.Text!.Pad([.. batch.Select(i => rows[i])], step);
            var inputs = TextEncoder.Arrange(model.Inputs, ids, mask);
            try
            {
                var request = new InferenceRequest(model, inputs, client) { Outputs = [settings.Output] };
                using var outputs = await executor.RunAsync(request, cancellationToken).ConfigureAwait(false);
                foreach (var (row, vector) in batch.Zip(SentencePooling.Pool(outputs[0], mask, settings)))
                {
                    vectors[row] = vector;
                }
            }
            finally
            {
                Array.ForEach(inputs, static i => i.Dispose());
            }
        }

        return vectors;
    }
}
