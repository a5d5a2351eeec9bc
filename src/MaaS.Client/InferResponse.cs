namespace MaaS.Client;

/// <summary>The answer to an <see cref="InferRequest"/>.</summary>
/// <param name="Model">The model that answered.</param>
/// <param name="Version">Its version; null where the server has none.</param>
/// <param name="Id">What the request gave.</param>
/// <param name="Outputs">The outputs.</param>
public sealed record InferResponse(string Model, string? Version, string? Id, IReadOnlyList<Tensor> Outputs)
{
    /// <summary>The output of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Tensor this[string name]
        => Outputs.FirstOrDefault(o => o.Name == name)
            ?? throw new KeyNotFoundException(
                $"Expected one of the outputs [{string.Join(", ", Outputs.Select(o => o.Name))}], got '{name}'.");
}
