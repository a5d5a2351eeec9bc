using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Profiling;

/// <summary>What is told of a table.</summary>
public sealed record ProfileOptions
{
    /// <summary>What the table is called on the page.</summary>
    public string Name { get; init; } = "table";

    /// <summary>The column to be predicted, for which leaks are sought; null for none.</summary>
    public string? Label { get; init; }

    /// <summary>Classes or numbers; null to find out from the label (see <see cref="Target.Of"/>).</summary>
    public TabularTask? Task { get; init; }

    /// <summary>Most rows for correlations and leaks, which are drawn by the seed where there are more; 100 or
    /// more.</summary>
    public int MostRows { get; init; } = 50_000;

    /// <summary>Most columns of which correlations are computed, the first ones; 2 or more.</summary>
    public int MostCorrelated { get; init; } = 60;

    /// <summary>Seed of that draw.</summary>
    public int Seed { get; init; } = 1;

    internal void Check()
    {
        if (MostRows < 100 || MostCorrelated < 2)
        {
            throw new ArgumentException(
                $"profile: expected MostRows of 100 or more and MostCorrelated of 2 or more, got {MostRows} and "
                    + $"{MostCorrelated}.");
        }
    }
}
