namespace MaaS.Training.Compression;

/// <summary>One network that was tried.</summary>
/// <param name="Name"><c>original</c>, or what was done, as <c>pruned-50-static</c>.</param>
/// <param name="Steps">What was done, one line a step.</param>
/// <param name="Accuracy">On the validation samples, by which was chosen, through ONNX Runtime, 0 to 1.</param>
/// <param name="LatencyMs">Median milliseconds of a run on <see cref="CompressorOptions.LatencyBatch"/>
/// samples.</param>
/// <param name="Bytes">Bytes of its <c>.onnx</c> file.</param>
/// <param name="OnFront">Whether no other network is as good in accuracy, latency and size and better in one of
/// them.</param>
/// <param name="Package">Path of its package; null for what is neither on the front nor the original.</param>
/// <param name="TestAccuracy">On the test samples, 0 to 1; null for what is neither the original nor the choice,
/// because those samples are looked at once.</param>
public sealed record CompressionPoint(
    string Name, IReadOnlyList<string> Steps, double Accuracy, double LatencyMs, long Bytes, bool OnFront = false,
    string? Package = null, double? TestAccuracy = null)
{
    /// <summary>Whether another network is as good in everything and better in something.</summary>
    internal bool IsDominatedBy(CompressionPoint other)
        => other.Accuracy >= Accuracy && other.LatencyMs <= LatencyMs && other.Bytes <= Bytes
            && (other.Accuracy > Accuracy || other.LatencyMs < LatencyMs || other.Bytes < Bytes);
}
