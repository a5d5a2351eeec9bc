namespace MaaS.Training.Pruning;

/// <summary>One measurement: a group with some of its units removed, all else as it was.</summary>
/// <param name="Group">The group's name.</param>
/// <param name="Ratio">Share of units removed.</param>
/// <param name="Units">Units left.</param>
/// <param name="Score">What the evaluation gave.</param>
public sealed record SensitivityPoint(string Group, double Ratio, int Units, double Score);
