using MaaS.Registry.Runs;

namespace MaaS.Training.Reports;

/// <summary>A metric over the steps of several runs.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Points">Those of each run, in the comparison's order; empty where a run has none.</param>
internal sealed record RunCurves(string Metric, IReadOnlyList<IReadOnlyList<MetricPoint>> Points);
