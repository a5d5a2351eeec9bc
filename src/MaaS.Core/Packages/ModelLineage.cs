namespace MaaS.Core.Packages;

/// <summary>Where a model comes from.</summary>
public sealed record ModelLineage
{
    /// <summary>SHA-256 of the training data, hexadecimal.</summary>
    public string? DataHash { get; init; }

    /// <summary>Version of the code that trained it, as a commit.</summary>
    public string? CodeVersion { get; init; }

    /// <summary>The package that this one was made from, as <c>name/version</c>.</summary>
    public string? Parent { get; init; }

    /// <summary>Seed, epochs, learning rate, ….</summary>
    public IReadOnlyDictionary<string, string>? Hyperparameters { get; init; }

    /// <summary>Compression steps in the order they were taken.</summary>
    public IReadOnlyList<string>? Compression { get; init; }
}
