namespace MaaS.Registry.Runs;

/// <summary>A run as the registry keeps it.</summary>
/// <param name="Id">Twelve hexadecimal digits.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Kind">What was done.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Started">When it began.</param>
/// <param name="Ended">When it ended; of a killed one when it was last heard of; null while it runs.</param>
/// <param name="Who">Who started it.</param>
/// <param name="Host">The machine.</param>
/// <param name="Command">The command line; null where there is none.</param>
/// <param name="Error">Why it failed; null where it did not.</param>
/// <param name="Values">Parameters, environment, data and tags, by name.</param>
/// <param name="Metrics">The last value of each metric, and the range of all.</param>
/// <param name="Artifacts">Files that it wrote.</param>
public sealed record RunRecord(
    string Id, string Name, string Kind, RunOutcome Outcome, DateTimeOffset Started, DateTimeOffset? Ended, string Who,
    string Host, string? Command, string? Error, RunValues Values, IReadOnlyList<MetricSummary> Metrics,
    IReadOnlyList<RunArtifact> Artifacts);
