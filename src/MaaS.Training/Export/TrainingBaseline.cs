using MaaS.Core.Drift;
using MaaS.Core.Inference;
using MaaS.Training.Data;
using static TorchSharp.torch;

namespace MaaS.Training.Export;

/// <summary>How training images and a network's answers to them are spread, for the drift monitors of a server.</summary>
internal static class TrainingBaseline
{
    private const int BatchRows = 256;

    /// <summary>Runs the network as it will be served over the first 10,000 images.</summary>
    /// <param name="network">Input (B, C, H, W), float32.</param>
    /// <param name="images">Normalised as the network expects them.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public static DriftBaseline Of(InferenceModel network, ImageDataset images, CancellationToken cancellationToken)
        => DriftBaseline.Measure(network, Batches(images), cancellationToken: cancellationToken);

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
