namespace MaaS.Client;

/// <summary>An inference request.</summary>
/// <param name="model">The model.</param>
/// <param name="inputs">Its inputs.</param>
public sealed class InferRequest(string model, params IReadOnlyList<Tensor> inputs)
{
    /// <summary>The model.</summary>
    public string Model { get; } = model;

    /// <summary>Its inputs.</summary>
    public IReadOnlyList<Tensor> Inputs { get; } = inputs;

    /// <summary>A version; null for the server's choice.</summary>
    public string? Version { get; init; }

    /// <summary>Comes back in the answer; null for none.</summary>
    public string? Id { get; init; }

    /// <summary>Outputs wanted; null for all.</summary>
    public IReadOnlyList<string>? Outputs { get; init; }
}
