using MaaS.Training.Pruning.Criteria;

namespace MaaS.Training.Pruning;

/// <summary>How to measure what each group can lose.</summary>
public sealed record SensitivityOptions
{
    /// <summary>Shares of a group's units to remove, each 0 to below 1.</summary>
    public IReadOnlyList<double> Ratios { get; init; } = [0.125, 0.25, 0.5, 0.75];

    /// <summary>Which channels matter.</summary>
    public IChannelCriterion Criterion { get; init; } = new L2Criterion();

    /// <summary>Modules whose output channels stay.</summary>
    public IReadOnlyCollection<string> Ignore { get; init; } = [];
}
