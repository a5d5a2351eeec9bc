using MaaS.Serving.Execution;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Models;

/// <content>Carries out what the machine wants done.</content>
internal sealed partial class ModelLifecycle
{
    /// <summary>Begins what the machine wants done. Under the lock, so that whoever waits finds the tasks.</summary>
    private void Begin(IReadOnlyList<LifecycleEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case LifecycleEffect.Load load:
                    _tasks.AddLoad(load.Slot, Task.Run(() => LoadAsync(load)));
                    break;
                case LifecycleEffect.Unload unload:
                    _tasks.AddUnload(unload.Slot, Task.Run(() => UnloadAsync(unload)));
                    break;
                case LifecycleEffect.Discard discard:
                    discard.Model.Release();
                    break;
            }
        }
    }

    private async Task LoadAsync(LifecycleEffect.Load load)
    {
        var (family, slot, source) = load;
        ServedModel? model = null;
        Exception? cause = null;
        long bytes = 0;
        try
        {
            (model, bytes) = await _queue.LoadAsync(
                source, () => MakeRoomFor(slot), _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever a broken model throws is kept as the version's state, so that other models are not harmed.
            cause = e;
        }

        Tell(machine =>
        {
            _tasks.EndLoad(slot);
            if (model is not null)
            {
                machine.Loaded(family, slot, source, model, bytes);
            }
            else
            {
                machine.LoadFailed(family, slot, source, cause!);
            }

            if (!machine.IsStopped)
            {
                Report(slot, model, cause);
            }
        });
    }

    private void Report(ModelSlot slot, ServedModel? model, Exception? cause)
    {
        if (model is not null)
        {
            Interlocked.Increment(ref _loads);
            LogLoaded(model.Name, model.Version, string.Join("; ", model.Inputs), string.Join("; ", model.Outputs));
        }
        else
        {
            Interlocked.Increment(ref _failedLoads);
            var outcome = slot.Serving is null ? "is not served" : "goes on with what was loaded before";
            LogFailed(cause!, slot.Name, slot.Version, outcome);
        }
    }

    private async Task UnloadAsync(LifecycleEffect.Unload unload)
    {
        // The repository's own hold goes first; requests under way keep the model until they are answered.
        unload.Model.Release();
        await unload.Model.Freed.ConfigureAwait(false);
        _memory.Change(-unload.Bytes);
        LogUnloaded(unload.Slot.Name, unload.Slot.Version);
        Tell(machine =>
        {
            machine.Unloaded(unload.Family, unload.Slot);
            _tasks.EndUnload(unload.Slot);
        });
    }

    /// <summary>Completes when memory may have become free; null when none will.</summary>
    private Task? MakeRoomFor(ModelSlot needy)
    {
        lock (_gate)
        {
            var victim = _machine.Evict(needy);
            Begin(_machine.TakeEffects());
            if (victim is null)
            {
                // Room may still come of what is on its way out.
                return _tasks.AnyUnload();
            }

            LogEvicted(victim.Name, victim.Version);
            return _tasks.UnloadOf(victim);
        }
    }

    [LoggerMessage(LogLevel.Information, "Serving {Model} version {Version}: {Inputs} -> {Outputs}")]
    private partial void LogLoaded(string model, long version, string inputs, string outputs);

    [LoggerMessage(LogLevel.Information, "Unloaded {Model} version {Version}")]
    private partial void LogUnloaded(string model, long version);

    [LoggerMessage(
        LogLevel.Information, "Unloading {Model} version {Version} to make room; its next request loads it again")]
    private partial void LogEvicted(string model, long version);

    [LoggerMessage(LogLevel.Error, "{Model} version {Version} could not be loaded and {Outcome}")]
    private partial void LogFailed(Exception exception, string model, long version, string outcome);
}
