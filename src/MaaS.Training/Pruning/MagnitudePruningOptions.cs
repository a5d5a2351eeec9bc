namespace MaaS.Training.Pruning;

/// <summary>How to set single weights to zero.</summary>
public sealed record MagnitudePruningOptions
{
    /// <summary>Share of the weights that become zero, 0 to below 1.</summary>
    public double Ratio { get; init; } = 0.5;

    /// <summary>Whether each layer loses the same share or all weights compete.</summary>
    public PruningScope Scope { get; init; } = PruningScope.Local;

    /// <summary>Modules whose weights stay, with all modules below them.</summary>
    public IReadOnlyCollection<string> Ignore { get; init; } = [];

    /// <summary>
    /// In how many steps, at least 1, each followed by fine-tuning; the share after step i of n is
    /// Ratio·(1−(1−i/n)³).
    /// </summary>
    /// <remarks>Zhu, Gupta 2018: To prune, or not to prune, equation 1.</remarks>
    public int Steps { get; init; } = 1;

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public void Validate()
    {
        if (Ratio is not (>= 0 and < 1))
        {
            throw new ArgumentException($"MagnitudePruningOptions: expected Ratio from 0 to below 1, got {Ratio}.");
        }

        if (Steps < 1)
        {
            throw new ArgumentException($"MagnitudePruningOptions: expected Steps of at least 1, got {Steps}.");
        }
    }
}
