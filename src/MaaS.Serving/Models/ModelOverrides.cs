namespace MaaS.Serving.Models;

/// <summary>
/// What was asked for one model at run time, over what the folder and the options say. It outlives a restart where a
/// state file is configured.
/// </summary>
internal sealed record ModelOverrides
{
    /// <summary>Whether the whole model is unloaded.</summary>
    public bool IsUnloaded { get; init; }

    /// <summary>Versions to load besides those of the policy.</summary>
    public IReadOnlyList<long> Loaded { get; init => field = value ?? []; } = [];

    /// <summary>Versions not to load although the policy would.</summary>
    public IReadOnlyList<long> Unloaded { get; init => field = value ?? []; } = [];

    /// <summary>Whether <see cref="Route"/> takes the place of the configured one.</summary>
    public bool HasRoute { get; init; }

    /// <summary>The route; null for the latest version.</summary>
    public TrafficRoute? Route { get; init; }

    /// <summary>Runs at once; null for what the options say.</summary>
    public int? Instances { get; init; }

    /// <summary>
    /// The file or folder of the models folder that the model was registered from under a name of its own; null for
    /// none.
    /// </summary>
    public string? Entry { get; init; }

    /// <summary>
    /// The models that the entry held when it was registered, which the caller was asked for: what else it comes to
    /// hold is not served under the name. Null in a state that was written without them, where only a model named as
    /// the entry counts.
    /// </summary>
    public IReadOnlyList<string>? EntryModels { get; init; }

    /// <summary>Whether the entry may serve a model of that name.</summary>
    public bool Covers(string model)
        => EntryModels?.Contains(model) ?? model == Path.GetFileNameWithoutExtension(Entry);

    /// <summary>Whether nothing was asked for.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsEmpty
        => !IsUnloaded && !HasRoute && Instances is null && Entry is null && Loaded.Count == 0 && Unloaded.Count == 0;
}
