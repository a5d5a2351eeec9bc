using MaaS.Onnx.Inference;
using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Data;

/// <summary>Samples of a data set as the inputs of an ONNX model, fetched batch by batch.</summary>
public static class OnnxBatches
{
    /// <summary>Batches with their labels, as accuracy is measured on.</summary>
    /// <param name="data">Samples and their class indices.</param>
    /// <param name="input">The model's name of its input.</param>
    /// <param name="batchSize">Samples in a batch, at least 1; the last batch may have fewer.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public static IEnumerable<(IReadOnlyDictionary<string, TensorValue> Inputs, int[] Labels)> Labelled(
        IBatchSource data, string input, int batchSize = 256, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return Enumerate(data, input, data.Count, batchSize, cancellationToken);
    }

    /// <summary>Batches without labels, as ranges are calibrated on: the first samples of a data set.</summary>
    /// <param name="data">Samples, at least one.</param>
    /// <param name="input">The model's name of its input.</param>
    /// <param name="samples">How many samples in all, at least 1; all where there are fewer.</param>
    /// <param name="batchSize">Samples in a batch, at least 1.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public static IEnumerable<IReadOnlyDictionary<string, TensorValue>> Inputs(
        IBatchSource data, string input, long samples, int batchSize = 64,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return Enumerate(data, input, Math.Min(samples, data.Count), batchSize, cancellationToken)
            .Select(static b => b.Inputs);
    }

    private static IEnumerable<(IReadOnlyDictionary<string, TensorValue> Inputs, int[] Labels)> Enumerate(
        IBatchSource data, string input, long samples, int batchSize, CancellationToken cancellationToken)
    {
        for (long start = 0; start < samples; start += batchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Batch(data, input, start, Math.Min(batchSize, samples - start));
        }
    }

    private static (IReadOnlyDictionary<string, TensorValue> Inputs, int[] Labels) Batch(
        IBatchSource data, string input, long start, long count)
    {
        using var scope = NewDisposeScope();
        var (inputs, targets) = data.GetBatch(arange(start, start + count, ScalarType.Int64), CPU);
        return (
            new Dictionary<string, TensorValue> { [input] = TensorValues.Of(inputs) },
            Array.ConvertAll(targets.data<long>().ToArray(), static label => (int)label));
    }
}
