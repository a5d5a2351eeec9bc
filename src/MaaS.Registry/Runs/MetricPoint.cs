namespace MaaS.Registry.Runs;

/// <summary>A value of a metric.</summary>
/// <param name="Step">The step, as the run counted.</param>
/// <param name="At">When it was measured.</param>
/// <param name="Value">The value; null where it was no finite number.</param>
public sealed record MetricPoint(long Step, DateTimeOffset At, double? Value);
