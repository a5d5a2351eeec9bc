namespace MaaS.Client;

/// <summary>An inference request.</summary>
/// <param name="model">The model.</param>
/// <param name="inputs">Its inputs.</param>
public sealed class InferRequest(string model, params IReadOnlyList<Tensor> inputs) : ModelRequest(model)
{
    /// <summary>Its inputs.</summary>
    public IReadOnlyList<Tensor> Inputs { get; } = inputs;

    /// <summary>Outputs wanted, by name; null for all.</summary>
    public IReadOnlyList<RequestedOutput>? Outputs { get; init; }
}
