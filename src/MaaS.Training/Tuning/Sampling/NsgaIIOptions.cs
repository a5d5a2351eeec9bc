namespace MaaS.Training.Tuning.Sampling;

/// <summary>How <see cref="NsgaIISampler"/> draws.</summary>
public sealed record NsgaIIOptions
{
    /// <summary>Trials of a generation and parents of the next one, at least 2; the first one is random.</summary>
    public int Population { get; init; } = 20;

    /// <summary>Share of the children that have two parents, 0 to 1; the others have one.</summary>
    public double CrossoverShare { get; init; } = 0.9;

    /// <summary>Share of a child's choices that come from its second parent, 0 to 1.</summary>
    public double SwapShare { get; init; } = 0.5;

    /// <summary>How near numbers of children stay to those of their parents in simulated binary crossover, 0 or more;
    /// high values are near.</summary>
    public double CrossoverNearness { get; init; } = 2;

    /// <summary>Share of a child's parameters that change, 0 to 1; null for one of them on average.</summary>
    public double? MutationShare { get; init; }

    /// <summary>How near a number stays to what it was in polynomial mutation, 0 or more.</summary>
    public double MutationNearness { get; init; } = 5;

    internal void Check()
    {
        bool IsShare(double value) => value is >= 0 and <= 1;
        bool IsNearness(double value) => value is >= 0 and < double.PositiveInfinity;
        if (Population < 2 || !IsShare(CrossoverShare) || !IsShare(SwapShare) || !IsShare(MutationShare ?? 0)
            || !IsNearness(CrossoverNearness) || !IsNearness(MutationNearness))
        {
            throw new ArgumentException(
                "nsga2: expected a Population of at least 2, CrossoverShare, SwapShare and MutationShare of 0 to 1, "
                    + $"CrossoverNearness and MutationNearness of 0 or more, got {this}.");
        }
    }
}
