namespace MaaS.Core.Importing;

/// <summary>How a foreign model becomes a package.</summary>
public sealed record ImportOptions
{
    /// <summary>Name of the model; null for that of the file or folder.</summary>
    public string? Name { get; init; }

    /// <summary>One sentence for people.</summary>
    public string? Description { get; init; }

    /// <summary>Whether an existing package is replaced. Default false.</summary>
    public bool Overwrite { get; init; }
}
