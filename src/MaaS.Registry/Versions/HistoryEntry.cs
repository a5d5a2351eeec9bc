namespace MaaS.Registry.Versions;

/// <summary>Something that was done to a model.</summary>
/// <param name="Number">Counts up in the order in which it happened, whatever clocks say.</param>
/// <param name="At">When, by the clock of the machine that did it.</param>
/// <param name="Who">Who did it.</param>
/// <param name="Action">What: <c>add</c>, <c>alias</c>, <c>unalias</c>, <c>promote</c>, <c>rollback</c>,
/// <c>approve</c>, <c>tag</c>, <c>delete</c> or <c>approval</c> (whether one is needed).</param>
/// <param name="Version">Which version; null where it is about the model.</param>
/// <param name="Detail">The alias, the stage, the tag; null where there is nothing to say.</param>
/// <param name="Previous">The version that was in its place; null where there was none.</param>
/// <param name="Reason">Why; null where nobody said.</param>
public sealed record HistoryEntry(
    long Number, DateTimeOffset At, string Who, string Action, long? Version, string? Detail, long? Previous,
    string? Reason);
