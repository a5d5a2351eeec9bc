namespace MaaS.Training.Compression;

/// <summary>A network that was tried, and the files it lies in until it is packed.</summary>
/// <param name="Point">What was measured.</param>
/// <param name="Network">Its <c>.onnx</c> file.</param>
/// <param name="Weights">Its torch weights; null where there are none of its own.</param>
internal sealed record Candidate(CompressionPoint Point, string Network, string? Weights);
