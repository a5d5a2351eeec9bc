using MaaS.Core.Packages;
using MaaS.Onnx.Inference;

namespace MaaS.Training.Data.Text;

/// <summary>Texts as the inputs of an ONNX model, batch by batch, short texts together.</summary>
public static class OnnxTextBatches
{
    /// <summary>Texts in a batch where nothing else is asked for.</summary>
    public const int BatchSize = 32;

    /// <summary>Batches with their labels, as accuracy is measured on.</summary>
    /// <param name="encoder">Truncates longer texts.</param>
    /// <param name="texts">Cleaned as the encoder's preprocessing says.</param>
    /// <param name="batchSize">Texts in a batch, at least 1; the last batch may have fewer.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public static IEnumerable<(IReadOnlyDictionary<string, TensorValue> Inputs, int[] Labels)> Labelled(
        TextEncoder encoder, TextCorpus texts, int batchSize = BatchSize, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        var rows = texts.Texts.Select(encoder.EncodeClean).ToArray();
        return Enumerable.Range(0, rows.Length).OrderBy(i => rows[i].Length).Chunk(batchSize).Select(part =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (ids, mask) = encoder.Pad([.. part.Select(i => rows[i])]);
            return (
                (IReadOnlyDictionary<string, TensorValue>)new Dictionary<string, TensorValue>
                {
                    [TextEncoder.InputIds] = ids,
                    [TextEncoder.AttentionMask] = mask,
                },
                part.Select(i => texts.Targets[i]).ToArray());
        });
    }
}
