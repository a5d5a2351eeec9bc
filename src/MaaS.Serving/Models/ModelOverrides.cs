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
    public IReadOnlyList<int> Loaded { get; init => field = value ?? []; } = [];

    /// <summary>Versions not to load although the policy would.</summary>
    public IReadOnlyList<int> Unloaded { get; init => field = value ?? []; } = [];

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

    /// <summary>Whether nothing was asked for.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsEmpty
        => !IsUnloaded && !HasRoute && Instances is null && Entry is null && Loaded.Count == 0 && Unloaded.Count == 0;
}
