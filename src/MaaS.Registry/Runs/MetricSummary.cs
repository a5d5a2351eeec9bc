namespace MaaS.Registry.Runs;

/// <summary>A metric over the steps of a run. Values that are not finite are left out of the range.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Count">How many values there are.</param>
/// <param name="LastStep">Step of the last one.</param>
/// <param name="Last">The last value; null where it was no finite number.</param>
/// <param name="Least">The least value; null where none is finite.</param>
/// <param name="Greatest">The greatest value; null where none is finite.</param>
public sealed record MetricSummary(
    string Name, long Count, long LastStep, double? Last, double? Least, double? Greatest);
