namespace MaaS.Training.Reports;

/// <summary>A metric of several runs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">The last value in each run, in the comparison's order; null where a run has none that is
/// finite.</param>
public sealed record ComparedMetric(string Name, IReadOnlyList<double?> Values);
