using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Models;

/// <content>Loads and unloads under way.</content>
internal sealed partial class ModelLifecycle
{
    private long _loads;
    private long _failedLoads;

    /// <summary>Loads that succeeded and that failed since the start.</summary>
    internal (long Succeeded, long Failed) LoadCounts => (Interlocked.Read(ref _loads), Interlocked.Read(ref _failedLoads));

    /// <summary>Loads a version that waits for its first request.</summary>
    /// <returns>Completes when the load has ended, well or not.</returns>
    public Task LoadOnDemand(ModelSlot slot)
    {
        lock (_gate)
        {
            if (!_isDisposed && slot is { IsDormant: true, Loading: null, Source: not null } && MayTry(slot) && _families.TryGetValue(slot.Name, out var family))
            {
                StartLoad(family, slot);
            }

            return slot.Loading ?? Task.CompletedTask;
        }
    }

    /// <summary>Completes when no version of a model is being loaded; null when none is.</summary>
    public Task? LoadsOf(string name)
    {
        lock (_gate)
        {
            var loads = _families.GetValueOrDefault(name)?.Slots.Values.Select(s => s.Loading).OfType<Task>().ToArray() ?? [];
            return loads.Length > 0 ? Task.WhenAll(loads) : null;
        }
    }

    private bool MayTry(ModelSlot slot)
        => slot.Fault is not { } fault || fault.Fingerprint != slot.Source!.Fingerprint || _time.GetTimestamp() >= fault.RetryAt;

    private void StartLoad(ModelFamily family, ModelSlot slot)
    {
        var source = slot.Source!;
        slot.Loading = Task.Run(() => RunLoadAsync(family, slot, source));
    }

    private async Task RunLoadAsync(ModelFamily family, ModelSlot slot, ModelSource source)
    {
        ServedModel? loaded = null;
        Exception? cause = null;
        long bytes = 0;
        try
        {
            (loaded, bytes) = await _queue.LoadAsync(source, () => EvictFor(slot), _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever a broken model throws: it is kept as the version's state, and its neighbours are none the wiser.
            cause = e;
        }

        lock (_gate)
        {
            slot.Loading = null;
            if (_isDisposed)
            {
                loaded?.Release();
                return;
            }

            if (loaded is not null)
            {
                TakeOver(family, slot, source, loaded, bytes);
            }
            else
            {
                Fail(slot, source, cause!);
            }

            Advance([family]);
            if (loaded is not null && source.Kind != SourceKind.Ensemble)
            {
                CheckEnsembles();
            }
        }
    }

    private void TakeOver(ModelFamily family, ModelSlot slot, ModelSource source, ServedModel loaded, long bytes)
    {
        var before = slot.Bytes;
        slot.Fault = null;
        slot.Bytes = bytes;
        slot.LastUsed = _time.GetTimestamp();
        loaded.Runner.Instances = family.Wishes.Instances;
        var replaced = slot.Exchange(loaded, source);
        slot.IsDormant = false;
        Retire(family, slot, replaced, before);
        Interlocked.Increment(ref _loads);
        LogLoaded(loaded.Name, loaded.Version, string.Join("; ", loaded.Inputs), string.Join("; ", loaded.Outputs));
    }

    private void Fail(ModelSlot slot, ModelSource source, Exception cause)
    {
        var attempts = slot.Fault?.Fingerprint == source.Fingerprint ? slot.Fault.Attempts + 1 : 1;
        var wait = TimeSpan.FromTicks(Math.Min(FirstRetry.Ticks << Math.Min(attempts - 1, 10), LastRetry.Ticks));
        slot.Fault = new ModelFault(cause, source.Fingerprint, attempts, _time.GetTimestamp() + (long)(wait.TotalSeconds * _time.TimestampFrequency));
        slot.MustReload = false;
        Interlocked.Increment(ref _failedLoads);
        LogFailed(cause, slot.Name, slot.Version, slot.Serving is null ? "is not served" : "goes on with what was loaded before");
    }

    /// <summary>Frees a content once its last lease is back.</summary>
    private void Retire(ModelFamily family, ModelSlot slot, ServedModel? served, long? bytes = null)
    {
        if (served is null)
        {
            return;
        }

        slot.Unloading++;
        var freed = bytes ?? slot.Bytes;
        if (bytes is null)
        {
            slot.Bytes = 0;
        }

        slot.Retired = Task.WhenAll(slot.Retired, FreeAsync());

        async Task FreeAsync()
        {
            // Closing a session takes a while: not under the lock.
            await Task.Run(served.Release).ConfigureAwait(false);
            await served.Freed.ConfigureAwait(false);
            _memory.Change(-freed);
            LogUnloaded(slot.Name, slot.Version);
            lock (_gate)
            {
                slot.Unloading--;
                Advance([family]);
            }
        }
    }

    /// <summary>Begins to unload the version that was not asked for the longest; null when none may go.</summary>
    private Task? EvictFor(ModelSlot needy)
    {
        lock (_gate)
        {
            var candidates =
                from family in _families.Values
                where !family.IsPinned
                from slot in family.Slots.Values
                where slot is { Serving: not null, Bytes: > 0, Loading: null } && slot != needy
                orderby slot.LastUsed
                select (family, slot);
            var (owner, victim) = candidates.FirstOrDefault();
            if (victim is null)
            {
                // Room may still come of what is on its way out.
                var leaving = _families.Values.SelectMany(f => f.Slots.Values).Where(s => s.Unloading > 0).Select(s => s.Retired).ToArray();
                return leaving.Length > 0 ? Task.WhenAny(leaving) : null;
            }

            LogEvicted(victim.Name, victim.Version);
            victim.IsDormant = true;
            Retire(owner, victim, victim.Exchange(null, null));
            return victim.Retired;
        }
    }

    /// <summary>Other networks behind their steps: ensembles are checked again.</summary>
    private void CheckEnsembles()
    {
        var ensembles = _families.Values.Where(f => f.Slots.Values.Any(s => s.Source?.Kind == SourceKind.Ensemble)).ToArray();
        foreach (var slot in ensembles.SelectMany(f => f.Slots.Values))
        {
            slot.MustReload = slot.Serving is not null;
            slot.Fault = null;
        }

        if (ensembles.Length > 0)
        {
            Advance(ensembles);
        }
    }

    [LoggerMessage(LogLevel.Information, "Serving {Model} version {Version}: {Inputs} -> {Outputs}")]
    private partial void LogLoaded(string model, long version, string inputs, string outputs);

    [LoggerMessage(LogLevel.Information, "Unloaded {Model} version {Version}")]
    private partial void LogUnloaded(string model, long version);

    [LoggerMessage(LogLevel.Information, "Unloading {Model} version {Version} to make room; its next request loads it again")]
    private partial void LogEvicted(string model, long version);

    [LoggerMessage(LogLevel.Error, "{Model} version {Version} could not be loaded and {Outcome}")]
    private partial void LogFailed(Exception exception, string model, long version, string outcome);
}
