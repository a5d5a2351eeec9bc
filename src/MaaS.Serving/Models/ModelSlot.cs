using MaaS.Serving.Execution;

namespace MaaS.Serving.Models;

/// <summary>
/// One version of a model: what lies in the folder, what serves, what is under way. Part of
/// <see cref="LifecycleMachine"/>.
/// </summary>
internal sealed class ModelSlot(string name, long version)
{
    // Read by requests without the lock.
    private volatile ServedModel? _serving;
    private volatile bool _isDormant;
    private long _lastUsed;

    public string Name { get; } = name;

    public long Version { get; } = version;

    /// <summary>What the folder has; null when it is gone.</summary>
    public ModelSource? Source { get; set; }

    /// <summary>What answers; null when nothing is loaded.</summary>
    public ServedModel? Serving => _serving;

    /// <summary>What <see cref="Serving"/> was loaded from.</summary>
    public ModelSource? ServingSource { get; private set; }

    /// <summary>Whether it is not loaded now, and will be on the next request.</summary>
    public bool IsDormant
    {
        get => _isDormant;
        set => _isDormant = value;
    }

    /// <summary>Estimated memory of <see cref="Serving"/>.</summary>
    public long Bytes { get; set; }

    /// <summary>Whether a load is under way.</summary>
    public bool IsLoading { get; set; }

    /// <summary>Earlier contents whose leases are still out.</summary>
    public int Unloading { get; set; }

    /// <summary>Why the last load failed; null when it did not.</summary>
    public ModelFault? Fault { get; set; }

    /// <summary>Whether nothing answers because the last load of the very files of the folder failed.</summary>
    public bool IsBroken => _serving is null && Fault is { } fault && fault.Fingerprint == Source?.Fingerprint;

    /// <summary>Whether what serves is loaded anew although its files are the same.</summary>
    public bool MustReload { get; set; }

    public bool IsServable => _serving is not null || _isDormant;

    /// <summary>Whether the folder has something else than what serves.</summary>
    public bool IsStale => MustReload || (Source is not null && ServingSource is not null && Source != ServingSource);

    /// <summary>Timestamp of the last request; only kept up to date while memory is limited.</summary>
    public long LastUsed
    {
        get => Volatile.Read(ref _lastUsed);
        set => Volatile.Write(ref _lastUsed, value);
    }

    public ModelState State
        => _serving is not null ? ModelState.Available
            : IsLoading ? ModelState.Loading
            : _isDormant ? ModelState.Start
            : Unloading > 0 ? ModelState.Unloading
            : ModelState.End;

    /// <summary>Whether its source may be loaded: it did not fail, its files changed since, or it is time to try
    /// again.</summary>
    /// <param name="now">Timestamp.</param>
    public bool MayTry(long now)
        => Fault is not { } fault || fault.Fingerprint != Source!.Fingerprint || now >= fault.RetryAt;

    /// <summary>Puts a loaded content in place and gives the one before back, for its release.</summary>
    public ServedModel? Exchange(ServedModel? next, ModelSource? source)
    {
        var before = _serving;
        _serving = next;
        ServingSource = source;
        MustReload = false;
        return before;
    }
}
