namespace MaaS.Registry.Runs;

/// <summary>What is known of a run, by name.</summary>
/// <param name="Parameters">What the result depends on.</param>
/// <param name="Environment">Machine, versions and the state of the source.</param>
/// <param name="Data">What it learned from.</param>
/// <param name="Tags">What people noted.</param>
public sealed record RunValues(
    IReadOnlyDictionary<string, string> Parameters, IReadOnlyDictionary<string, string> Environment,
    IReadOnlyDictionary<string, string> Data, IReadOnlyDictionary<string, string> Tags);
