namespace MaaS.Client;

/// <summary>What a model takes and gives.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Versions">Versions that can be asked for; empty where the server has none.</param>
/// <param name="Platform">What runs it, as <c>onnx_onnxv1</c>.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Outputs">Its outputs.</param>
public sealed record ModelMetadata(
    string Name, IReadOnlyList<string>? Versions, string? Platform,
    IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs)
{
    /// <summary>Versions that can be asked for; empty where the server has none.</summary>
    public IReadOnlyList<string> Versions { get; } = Versions ?? [];
}
