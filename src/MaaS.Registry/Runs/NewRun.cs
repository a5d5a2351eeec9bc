namespace MaaS.Registry.Runs;

/// <summary>What a run starts with.</summary>
/// <param name="Name">What it is called; several runs may have one name.</param>
public sealed record NewRun(string Name)
{
    /// <summary>What is done: <c>train</c>, <c>tune</c>, <c>evaluate</c> and so on.</summary>
    public string Kind { get; init; } = "train";

    /// <summary>The command line; null where there is none.</summary>
    public string? Command { get; init; }

    /// <summary>Who started it.</summary>
    public string Who { get; init; } = System.Environment.UserName;

    /// <summary>Values by name that the result depends on.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Machine, versions and the state of the source, by name.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What the data is, and a fingerprint of it, by name.</summary>
    public IReadOnlyDictionary<string, string> Data { get; init; } = new Dictionary<string, string>();
}
