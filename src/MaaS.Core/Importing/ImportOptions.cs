using MaaS.Core.Packages;

namespace MaaS.Core.Importing;

/// <summary>How a foreign model becomes a package.</summary>
public sealed record ImportOptions
{
    /// <summary>Name of the model; null for that of the file or folder.</summary>
    public string? Name { get; init; }

    /// <summary>One sentence for people.</summary>
    public string? Description { get; init; }

    /// <summary>Makes a sentence encoder of a folder whose network gives the tokens' vectors, pooled like this and
    /// divided by their length; a folder in the layout of sentence-transformers says it itself. Null for what the
    /// folder says.</summary>
    public EmbeddingPooling? Pooling { get; init; }

    /// <summary>Whether an existing package is replaced. Default false.</summary>
    public bool Overwrite { get; init; }
}
