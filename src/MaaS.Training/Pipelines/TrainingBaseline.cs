using MaaS.Core.Drift;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Training.Data;
using MaaS.Training.Data.Text;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines;

/// <summary>How training data and a network's answers to them are spread, for the drift monitors of a server.</summary>
internal static class TrainingBaseline
{
    private const int BatchRows = 256;

    /// <summary>Runs the network as it will be served over the first 10,000 images.</summary>
    /// <param name="network">Input (B, C, H, W), float32.</param>
    /// <param name="images">Normalised as the network expects them.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public static DriftBaseline Of(InferenceModel network, ImageDataset images, CancellationToken cancellationToken)
        => DriftBaseline.Measure(network, Batches(images), cancellationToken: cancellationToken);

    /// <summary>Runs the network as it will be served over the texts, of more than 10,000 over as many from all of
    /// them.</summary>
    /// <param name="network">Inputs <c>input_ids</c> and <c>attention_mask</c>, (B, T), int64.</param>
    /// <param name="encoder">The package's.</param>
    /// <param name="texts">Cleaned.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public static DriftBaseline Of(
        InferenceModel network, TextEncoder encoder, TextCorpus texts, CancellationToken cancellationToken)
    {
        const int Most = DriftBaseline.DefaultRows;
        var some = texts.Count <= Most
            ? texts : texts.Subset([.. Enumerable.Range(0, Most).Select(i => (int)((long)i * texts.Count / Most))]);
        var batches = OnnxTextBatches.Labelled(encoder.Truncating(), some, cancellationToken: cancellationToken)
            .Select(batch => network.Inputs.Select(i => batch.Inputs[i.Name]).ToArray());
        return DriftBaseline.Measure(network, batches, text: encoder, cancellationToken: cancellationToken);
    }

    private static IEnumerable<TensorValue[]> Batches(ImageDataset images)
    {
        for (long from = 0; from < images.Count; from += BatchRows)
        {
            var rows = Math.Min(BatchRows, images.Count - from);
            yield return [TensorValue.Of(Pixels(images, from, from + rows), [rows, .. images.InputShape])];
        }
    }

    private static float[] Pixels(ImageDataset images, long from, long to)
    {
        using var scope = NewDisposeScope();
        var (inputs, _) = images.GetBatch(arange(from, to, ScalarType.Int64), CPU);   // (B, C, H, W)
        return inputs.contiguous().data<float>().ToArray();
    }
}
