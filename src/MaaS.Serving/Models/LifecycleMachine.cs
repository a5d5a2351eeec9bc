using MaaS.Serving.Execution;

namespace MaaS.Serving.Models;

/// <summary>
/// The state of every version of every model, and the rules by which it changes. It does nothing itself: each event
/// leaves effects, which <see cref="ModelLifecycle"/> takes, carries out and answers with further events.
/// </summary>
/// <remarks>
/// Not safe for use by several threads: the host calls it under one lock. Only <see cref="View"/> is read without it.
/// </remarks>
internal sealed class LifecycleMachine(MaaSServingOptions options, TimeProvider time)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10), LastRetry = TimeSpan.FromMinutes(5);

    private readonly FamilyTable _families = new(options);
    private HashSet<string> _required = [];
    private List<LifecycleEffect> _effects = [];
    private bool _isStarted;
    private volatile LifecycleView _view = LifecycleView.Empty;

    /// <summary>The models and versions that requests can reach at present.</summary>
    public LifecycleView View => _view;

    /// <summary>All models.</summary>
    public FamilyTable Families => _families;

    /// <summary>Whether nothing happens any more.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The effects since the last call, in order.</summary>
    public IReadOnlyList<LifecycleEffect> TakeEffects()
    {
        var effects = _effects;
        _effects = [];
        return effects;
    }

    /// <summary>The folder was looked at.</summary>
    /// <returns>What cannot be read, and was not known to be unreadable.</returns>
    public IReadOnlyList<UnreadableSource> Scanned(ModelScan scan)
    {
        if (IsStopped)
        {
            return [];
        }

        var news = _families.Update(scan);
        Advance(_families.All);
        return news;
    }

    /// <summary>
    /// The loads of the start have ended: from now on the server is ready while what was found can answer.
    /// </summary>
    public void Started()
    {
        _required = [.. _families.Names, .. _families.Unreadable.Select(u => u.Name)];
        _isStarted = true;
        Publish();
    }

    /// <summary>A load has ended well.</summary>
    public void Loaded(ModelFamily family, ModelSlot slot, ModelSource source, ServedModel model, long bytes)
    {
        slot.IsLoading = false;
        if (IsStopped)
        {
            _effects.Add(new LifecycleEffect.Discard(model));
            return;
        }

        var bytesBefore = slot.Bytes;
        slot.Fault = null;
        slot.Bytes = bytes;
        slot.LastUsed = time.GetTimestamp();
        model.Runner.Instances = family.Overrides.Instances;
        var replaced = slot.Exchange(model, source);
        slot.IsDormant = false;
        Retire(family, slot, replaced, bytesBefore);
        Advance([family]);
        if (source.Kind != SourceKind.Ensemble)
        {
            CheckEnsembles();
        }
    }

    /// <summary>
    /// A load has failed: it is tried again later, at once with other files, and what served before goes on.
    /// </summary>
    public void LoadFailed(ModelFamily family, ModelSlot slot, ModelSource source, Exception cause)
    {
        slot.IsLoading = false;
        if (IsStopped)
        {
            return;
        }

        var attempts = slot.Fault?.Fingerprint == source.Fingerprint ? slot.Fault.Attempts + 1 : 1;
        var wait = TimeSpan.FromTicks(Math.Min(FirstRetry.Ticks << Math.Min(attempts - 1, 10), LastRetry.Ticks));
        var retryAt = time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
        slot.Fault = new ModelFault(cause, source.Fingerprint, attempts, retryAt);
        slot.MustReload = false;
        Advance([family]);
    }

    /// <summary>The memory of a content is free.</summary>
    public void Unloaded(ModelFamily family, ModelSlot slot)
    {
        slot.Unloading--;
        Advance([family]);
    }

    /// <summary>A request asks for a version that waits for its first one.</summary>
    public void Demanded(ModelSlot slot)
    {
        if (!IsStopped && slot is { IsDormant: true, IsLoading: false, Source: not null }
            && slot.MayTry(time.GetTimestamp())
            && _families.Find(slot.Name) is { } family)
        {
            BeginLoad(family, slot);
        }
    }

    /// <summary>Somebody wants a model or one version loaded.</summary>
    /// <param name="family">The model.</param>
    /// <param name="version">A version that the folder has; null for those of the policy.</param>
    /// <param name="reload">Whether files that did not change are loaded again as well.</param>
    /// <returns>The versions that are waited for.</returns>
    public IReadOnlyList<ModelSlot> LoadRequested(ModelFamily family, long? version, bool reload)
    {
        family.RequestLoad(version);
        Advance([family]);
        var wanted = family.Wanted().Where(v => version is null || v == version).Select(v => family.Slots[v]).ToArray();
        foreach (var slot in wanted.Where(s => !s.IsLoading))
        {
            slot.Fault = null;
            slot.MustReload = reload && slot.Serving is not null;
            if (slot.IsDormant)
            {
                BeginLoad(family, slot);
            }
        }

        Advance([family]);
        return wanted;
    }

    /// <summary>
    /// Forgets that a version was asked for which failed: to wait for it would keep versions that are no longer wanted.
    /// </summary>
    /// <param name="family">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="before">What was asked for before.</param>
    public static void LoadRequestEnded(ModelFamily family, long? version, ModelOverrides before)
    {
        if (version is { } asked && family.Slots.GetValueOrDefault(asked) is { IsServable: false })
        {
            family.UndoLoad(asked, before);
        }
    }

    /// <summary>Somebody wants a model or one version unloaded.</summary>
    public void UnloadRequested(ModelFamily family, long? version)
    {
        family.RequestUnload(version);
        Advance([family]);
    }

    /// <summary>Takes an unload back that could not be done; what else was asked for since stays.</summary>
    public void Restore(ModelFamily family, long? version, ModelOverrides before)
    {
        family.UndoUnload(version, before);
        Advance([family]);
    }

    /// <summary>Memory is short: begins to unload the version that was not asked for the longest.</summary>
    /// <param name="needy">What the memory is for.</param>
    /// <returns>The version; null when none may go.</returns>
    public ModelSlot? Evict(ModelSlot needy)
    {
        var (owner, victim) = _families.LeastRecentlyUsed(needy);
        if (victim is not null)
        {
            victim.IsDormant = victim.Source is not null; // Else nothing could load it again.
            Publish(victim.IsDormant ? null : [victim]);
            Retire(owner, victim, victim.Exchange(null, null));
        }

        return victim;
    }

    /// <summary>A file or folder gets a further name; <see cref="LoadRequested"/> loads it.</summary>
    /// <returns>False where another model of the folder has the name.</returns>
    public bool Register(string name, string entry)
    {
        if (_families.Register(name, entry) is not { } family)
        {
            return false;
        }

        Advance([family]);
        return true;
    }

    /// <summary>Sets how requests of a model are spread.</summary>
    public void SetRoute(ModelFamily family, TrafficRoute? route)
    {
        family.SetRoute(route);
        family.Overrides = family.Overrides with { HasRoute = true, Route = route };
        Publish();
    }

    /// <summary>
    /// The server ends: everything that serves is discarded, and what is still being loaded when its load ends.
    /// </summary>
    public void Stop()
    {
        if (IsStopped)
        {
            return;
        }

        IsStopped = true;
        _view = _view with { Models = [] };
        _effects.AddRange(_families.Slots.Select(s => s.Exchange(null, null)).OfType<ServedModel>()
            .Select(m => new LifecycleEffect.Discard(m)));
    }

    /// <summary>Applies the rules of each model, and shows requests the result.</summary>
    private void Advance(IEnumerable<ModelFamily> families)
    {
        if (IsStopped)
        {
            return;
        }

        List<(ModelFamily Family, ModelSlot Slot)> unload = [];
        foreach (var family in families.ToArray())
        {
            var plan = family.Plan(time.GetTimestamp());
            plan.Load.ForEach(slot => BeginLoad(family, slot));
            unload.AddRange(plan.Unload.Select(slot => (family, slot)));
            _families.RemoveIfGone(family);
        }

        // Requests look elsewhere before anything is taken away.
        Publish(unload.Select(u => u.Slot).ToHashSet());
        foreach (var (family, slot) in unload)
        {
            slot.IsDormant = false;
            slot.Fault = null;
            Retire(family, slot, slot.Exchange(null, null));
        }
    }

    private void BeginLoad(ModelFamily family, ModelSlot slot)
    {
        slot.IsLoading = true;
        _effects.Add(new LifecycleEffect.Load(family, slot, slot.Source!));
    }

    /// <param name="family">The model.</param>
    /// <param name="slot">The version.</param>
    /// <param name="served">The content that leaves; null where there was none.</param>
    /// <param name="bytes">Its memory where something took its place; null where the slot's own is given back.</param>
    private void Retire(ModelFamily family, ModelSlot slot, ServedModel? served, long? bytes = null)
    {
        if (served is null)
        {
            return;
        }

        slot.Unloading++;
        _effects.Add(new LifecycleEffect.Unload(family, slot, served, bytes ?? slot.Bytes));
        if (bytes is null)
        {
            slot.Bytes = 0;
        }
    }

    /// <summary>
    /// A model that ensembles may use has changed: they are loaded anew, which checks them against it.
    /// </summary>
    private void CheckEnsembles()
    {
        if (_families.ResetEnsembles() is { Length: > 0 } ensembles)
        {
            Advance(ensembles);
        }
    }

    private void Publish(HashSet<ModelSlot>? leaving = null)
    {
        var (models, failed) = _families.Show(leaving);
        var isReady = _isStarted && (options.StrictReadiness
            ? !failed.Exists(f => _required.Contains(f.Name)) : models.Count > 0 || failed.Count == 0);
        _view = new LifecycleView(models, failed, isReady);
    }
}
