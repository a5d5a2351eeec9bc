namespace MaaS.Training.Compression;

/// <summary>One network that was tried.</summary>
/// <param name="Name"><c>original</c>, or what was done, as <c>pruned-50-static</c>.</param>
/// <param name="Steps">What was done, one line a step.</param>
/// <param name="Accuracy">On the test samples through ONNX Runtime, 0 to 1.</param>
/// <param name="LatencyMs">Median milliseconds of a run on <see cref="CompressorOptions.LatencyBatch"/>
/// samples.</param>
/// <param name="Bytes">Bytes of its <c>.onnx</c> file.</param>
/// <param name="OnFront">Whether no other network is as good in accuracy, latency and size and better in one of
/// them.</param>
/// <param name="Package">Path of its package; null for what is neither on the front nor the original.</param>
public sealed record CompressionPoint(
    string Name, IReadOnlyList<string> Steps, double Accuracy, double LatencyMs, long Bytes, bool OnFront = false,
    string? Package = null)
{
    /// <summary>Whether another network is as good in everything and better in something.</summary>
    internal bool IsDominatedBy(CompressionPoint other)
        => other.Accuracy >= Accuracy && other.LatencyMs <= LatencyMs && other.Bytes <= Bytes
            && (other.Accuracy > Accuracy || other.LatencyMs < LatencyMs || other.Bytes < Bytes);
}
