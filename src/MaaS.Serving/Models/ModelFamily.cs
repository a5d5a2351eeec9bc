using MaaS.Serving.Execution;

namespace MaaS.Serving.Models;

/// <summary>
/// All versions of one model, and the rules of which are loaded and which may go. Part of
/// <see cref="LifecycleMachine"/>.
/// </summary>
/// <remarks>
/// Availability comes first: a version that is no longer wanted stays until every wanted one can answer, a label stays
/// where it is until its new version can, and where the newest version is broken the newest that is not is wanted too.
/// </remarks>
internal sealed class ModelFamily(string name, bool isLazy, bool isPinned)
{
    private IReadOnlyDictionary<string, long> _labels = new Dictionary<string, long>();
    private Dictionary<long, ModelSource> _sources = [];

    public string Name { get; } = name;

    /// <summary>Which versions are loaded.</summary>
    public VersionPolicy Policy { get; set; } = VersionPolicy.Latest;

    /// <summary>Whether memory pressure never unloads it.</summary>
    public bool IsPinned { get; } = isPinned;

    /// <summary>What was asked for at run time.</summary>
    public ModelOverrides Overrides { get; set; } = new();

    /// <summary>How requests are spread; null for the latest version.</summary>
    public TrafficRouter? Router { get; private set; }

    public SortedDictionary<long, ModelSlot> Slots { get; } = [];

    /// <summary>Where each label leads now, which may be behind the registry until the new version is loaded.</summary>
    public Dictionary<string, long> Labels { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether there is anything left of it.</summary>
    public bool IsGone => _sources.Count == 0 && Slots.Count == 0;

    public IEnumerable<long> Versions => _sources.Keys;

    /// <summary>Where the registry wants each label to lead.</summary>
    public IReadOnlyDictionary<string, long> WantedLabels => _labels;

    /// <summary>Sets how requests are spread; null for the latest version.</summary>
    public void SetRoute(TrafficRoute? route)
        => Router = route is null ? null : new TrafficRouter(Name, route, Random.Shared.NextDouble);

    /// <summary>Sets how many runs there may be at once, from the next run on.</summary>
    public void SetInstances(int instances)
    {
        Overrides = Overrides with { Instances = instances };
        foreach (var served in Slots.Values.Select(s => s.Serving).OfType<ServedModel>())
        {
            served.Runner.Instances = instances;
        }
    }

    /// <summary>Takes over what the folder has.</summary>
    public void Update(IEnumerable<ModelSource> sources, IReadOnlyDictionary<string, long>? labels)
    {
        _sources = sources.ToDictionary(s => s.Version);
        _labels = labels ?? new Dictionary<string, long>();
    }

    /// <summary>Whether a version, or any where none is named, can answer.</summary>
    public bool Serves(long? version)
        => Slots.Values.Any(s => s.IsServable && (version is null || s.Version == version));

    /// <summary>A version is wanted besides those of the policy; null for those, whatever was unloaded.</summary>
    public void RequestLoad(long? version)
    {
        var before = Overrides;
        Overrides = before with
        {
            IsUnloaded = false,
            Unloaded = version is null ? [] : [.. before.Unloaded.Where(v => v != version)],
            Loaded = version is not { } one || WantedFirst().Contains(one)
                ? before.Loaded : [.. before.Loaded.Union([one])],
        };
    }

    /// <summary>A version is not wanted, whatever the policy says; null for the whole model.</summary>
    public void RequestUnload(long? version)
    {
        var before = Overrides;
        Overrides = version is not { } one ? before with { IsUnloaded = true, Loaded = [], Unloaded = [] }
            : before with
            {
                Loaded = [.. before.Loaded.Where(v => v != one)],
                Unloaded = [.. before.Unloaded.Union([one])],
            };
    }

    /// <summary>Forgets that a version was asked for, unless it was before.</summary>
    public void UndoLoad(long version, ModelOverrides before)
    {
        if (!before.Loaded.Contains(version))
        {
            Overrides = Overrides with { Loaded = [.. Overrides.Loaded.Where(v => v != version)] };
        }
    }

    /// <summary>Takes back what <see cref="RequestUnload"/> changed; what else was asked for since stays.</summary>
    public void UndoUnload(long? version, ModelOverrides before)
    {
        var now = Overrides;
        if (version is null && now.IsUnloaded)
        {
            Overrides = now with
            {
                IsUnloaded = before.IsUnloaded,
                Loaded = [.. before.Loaded.Union(now.Loaded)],
                Unloaded = [.. before.Unloaded.Union(now.Unloaded)],
            };
        }
        else if (version is { } one && now.Unloaded.Contains(one) && !before.Unloaded.Contains(one))
        {
            Overrides = now with
            {
                Loaded = before.Loaded.Contains(one) ? [.. now.Loaded.Union([one])] : now.Loaded,
                Unloaded = [.. now.Unloaded.Where(v => v != one)],
            };
        }
    }

    /// <summary>The versions that shall be loaded, those among them that stand in for broken ones.</summary>
    public SortedSet<long> Wanted() => [.. Policy.Select(Allowed(), IsBroken), .. WantedFirst()];

    /// <summary>Brings slots and labels up to date, and says what to do next.</summary>
    /// <param name="now">Timestamp.</param>
    /// <returns>Versions to load, and versions to unload.</returns>
    public (List<ModelSlot> Load, List<ModelSlot> Unload) Plan(long now)
    {
        var wanted = Wanted();
        foreach (var version in wanted)
        {
            Slots.TryAdd(version, new ModelSlot(Name, version));
        }

        foreach (var slot in Slots.Values)
        {
            slot.Source = _sources.GetValueOrDefault(slot.Version);
            if (slot is { Source: null, Serving: null })
            {
                slot.IsDormant = false; // There is nothing that its next request could load.
            }
        }

        var replaced = Replaced(wanted);
        foreach (var slot in replaced.Select(v => Slots[v]).Where(s => !s.MayTry(now)))
        {
            slot.IsDormant = false; // Requests go to the version in its place until it may be tried again.
        }

        var load = ToLoad(wanted, replaced, now);
        MoveLabels();
        var isSafe = wanted.All(v => Slots[v].IsServable || replaced.Contains(v));
        var unload = Slots.Values
            .Where(
                s => !wanted.Contains(s.Version) && s.IsServable && isSafe
                    && (wanted.Count == 0 || !Labels.ContainsValue(s.Version)))
            .ToList();
        foreach (var slot in Slots.Values.Where(s => !wanted.Contains(s.Version) && !s.IsServable).ToArray())
        {
            // Why it failed stays told, though a newer version is wanted now, unless it is gone or was unloaded on
            // purpose.
            if (Overrides.IsUnloaded || Overrides.Unloaded.Contains(slot.Version)
                || slot.Source?.Fingerprint != slot.Fault?.Fingerprint)
            {
                slot.Fault = null;
            }

            if (slot is { Source: null, IsLoading: false, Unloading: 0 })
            {
                Slots.Remove(slot.Version);
            }
        }

        return (load, unload);
    }

    private long[] Allowed() => Overrides.IsUnloaded ? [] : [.. _sources.Keys.Except(Overrides.Unloaded)];

    /// <summary>What is wanted as long as nothing is broken.</summary>
    private SortedSet<long> WantedFirst()
    {
        var allowed = Allowed();
        return [
            .. Policy.Select(allowed), .. allowed.Intersect(_labels.Values), .. allowed.Intersect(Overrides.Loaded)];
    }

    private bool IsBroken(long version) => Slots.GetValueOrDefault(version)?.IsBroken == true;

    /// <summary>Broken versions that neither a label nor a request names, where an older one is wanted in their
    /// place.</summary>
    private HashSet<long> Replaced(SortedSet<long> wanted)
    {
        var standIns = wanted.Except(WantedFirst()).Where(v => !IsBroken(v)).ToArray();
        return [
            .. wanted.Except(_labels.Values).Except(Overrides.Loaded)
                .Where(v => IsBroken(v) && standIns.Any(s => s < v))];
    }

    private List<ModelSlot> ToLoad(SortedSet<long> wanted, HashSet<long> replaced, long now)
    {
        var isUp = Slots.Values.Any(s => s.Serving is not null || s.IsLoading);
        List<ModelSlot> load = [];
        foreach (var slot in wanted.Reverse().Select(v => Slots[v]))
        {
            if (slot.Serving is not null ? !slot.IsStale : slot.IsDormant)
            {
                continue;
            }

            if (isLazy && !isUp)
            {
                slot.IsDormant = !replaced.Contains(slot.Version) || slot.MayTry(now);
            }
            else if (!slot.IsLoading && slot.MayTry(now))
            {
                load.Add(slot);
            }
        }

        return load;
    }

    private void MoveLabels()
    {
        foreach (var label in Labels.Keys.Except(_labels.Keys).ToArray())
        {
            Labels.Remove(label);
        }

        foreach (var (label, version) in _labels)
        {
            if (Slots.TryGetValue(version, out var slot) && slot.IsServable)
            {
                Labels[label] = version;
            }
        }
    }
}
