using MaaS.Onnx;


namespace MaaS.Training.Compression;

/// <summary>A float network of which quantized ones are made.</summary>
/// <param name="Name"><c>original</c> or <c>pruned-50</c>.</param>
/// <param name="Model">The network.</param>
/// <param name="Steps">How it was pruned; empty for the original.</param>
/// <param name="Weights">File with torch's weights, so that it can be trained further; null without torch.</param>
internal sealed record FloatNetwork(string Name, OnnxModel Model, IReadOnlyList<string> Steps, string? Weights);
