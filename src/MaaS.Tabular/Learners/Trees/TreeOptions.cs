namespace MaaS.Tabular.Learners.Trees;

/// <summary>How a tree grows.</summary>
public sealed record TreeOptions
{
    /// <summary>Most questions from the root to a leaf; null for any number.</summary>
    public int? MaxDepth { get; init; }

    /// <summary>Fewest rows of a leaf, 1 or more.</summary>
    public int MinLeafRows { get; init; } = 1;

    /// <summary>Share of the features that each question chooses among, above 0 and at most 1; null for the square root
    /// of their number in classification and a third of them in regression.</summary>
    public double? FeatureShare { get; init; } = 1;

    /// <summary>Whether thresholds are drawn instead of searched (extremely randomized trees).</summary>
    public bool RandomThresholds { get; init; }

    /// <summary>Seed of all draws.</summary>
    public int Seed { get; init; } = 1;

    internal void Check()
    {
        if (MaxDepth < 1 || MinLeafRows < 1 || FeatureShare is <= 0 or > 1 or double.NaN)
        {
            throw new ArgumentException(
                $"tree: expected MaxDepth and MinLeafRows of 1 or more and a FeatureShare above 0 and at most 1, got "
                    + $"{this}.");
        }
    }
}
