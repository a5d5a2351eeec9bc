namespace MaaS.Training.Reports;

/// <summary>A value of several runs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">One for each run, in the comparison's order; empty where a run has none.</param>
public sealed record ComparedValue(string Name, IReadOnlyList<string> Values);
