namespace MaaS.Registry.Versions;

/// <summary>What a version is added with, beside its package.</summary>
public sealed record NewVersion
{
    /// <summary>Name of the model; null for the manifest's.</summary>
    public string? Name { get; init; }

    /// <summary>A sentence or a model card in Markdown; null for the manifest's.</summary>
    public string? Description { get; init; }

    /// <summary>Values by name.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Names that point to the new version from the moment it is there.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Who adds it, and why.</summary>
    public Change Change { get; init; } = Change.ByUser();
}
