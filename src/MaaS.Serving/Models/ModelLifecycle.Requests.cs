using MaaS.Serving.Faults;
using MaaS.Serving.Security;

namespace MaaS.Serving.Models;

/// <content>What is asked for at run time.</content>
internal sealed partial class ModelLifecycle
{
    /// <summary>Loads a version that waits for its first request.</summary>
    /// <returns>
    /// Completes when the load has ended, well or not; null when it waits and may not be loaded now.
    /// </returns>
    public Task? LoadOnDemand(ModelSlot slot)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(ModelRepository));
            _machine.Demanded(slot);
            Begin(_machine.TakeEffects());
            return slot is { IsDormant: true, IsLoading: false } ? null : _tasks.LoadOf(slot);
        }
    }

    /// <summary>Begins to load a model or one version.</summary>
    /// <returns>
    /// Completes when the loads have ended, well or not; null when there is no such model or version.
    /// </returns>
    public Task? Load(string name, long? version, bool reload)
    {
        ModelFamily family;
        ModelOverrides before;
        Task loads;
        lock (_gate)
        {
            if (_machine.Families.Find(name) is not { } found
                || !found.Versions.Any(v => version is null || v == version))
            {
                return null;
            }

            (family, before) = (found, found.Overrides);
            var wanted = _machine.LoadRequested(family, version, reload);
            Begin(_machine.TakeEffects());
            loads = Task.WhenAll(wanted.Select(_tasks.LoadOf));
        }

        return FinishAsync();

        async Task FinishAsync()
        {
            await loads.ConfigureAwait(false);
            Tell(_ => LifecycleMachine.LoadRequestEnded(family, version, before));
            Store();
        }
    }

    /// <summary>Unloads a model or one version, and waits until its memory is free.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">A version; null for all.</param>
    /// <param name="cancellationToken">
    /// Stops waiting; the unload goes on, and is written down or taken back when it has ended.
    /// </param>
    /// <returns>False when no other version can take the place of the one to go; it stays.</returns>
    public Task<bool> UnloadAsync(string name, long? version, CancellationToken cancellationToken)
        => UnloadAsync(name, version).WaitAsync(cancellationToken);

    private async Task<bool> UnloadAsync(string name, long? version)
    {
        var asked = Ask<(ModelFamily Family, ModelOverrides Before)?>(machine =>
        {
            if (machine.Families.Find(name) is not { } found)
            {
                return null;
            }

            var overrides = found.Overrides;
            machine.UnloadRequested(found, version);
            return (found, overrides);
        });
        if (asked is not var (family, before))
        {
            return true;
        }

        while (Ask(_ => family.Serves(version)) && LoadsOf(name) is { } loads)
        {
            await loads.ConfigureAwait(false);
        }

        var freed = Ask(machine =>
        {
            if (family.Serves(version))
            {
                machine.Restore(family, version, before);
                return null;
            }

            return Task.WhenAll(
                family.Slots.Values.Where(s => version is null || s.Version == version).Select(_tasks.UnloadOf));
        });
        if (freed is null)
        {
            return false;
        }

        Store();
        await freed.ConfigureAwait(false);
        return true;
    }

    /// <summary>Sets how many runs of a model there may be at once, from the next run on and over restarts.</summary>
    public void SetInstances(string name, int instances)
        => Change(name, (_, family) => family.SetInstances(instances));

    /// <summary>Sets how requests of a model are spread, from the next request on and over restarts.</summary>
    public void SetRoute(string name, TrafficRoute? route)
        => Change(name, (machine, family) => machine.SetRoute(family, route));

    /// <summary>Serves an entry of the models folder under another name as well.</summary>
    /// <param name="name">The name.</param>
    /// <param name="entry">Name of a file or folder of the models folder.</param>
    /// <param name="caller">Who may use every model of the entry.</param>
    /// <returns>False where there is no such entry.</returns>
    /// <exception cref="RequestException">
    /// Conflict: another model has the name. Permission denied: the entry is kept from the caller.
    /// </exception>
    public bool Register(string name, string entry, Caller caller)
    {
        var isThere = Ask(machine =>
        {
            var sources = machine.Families.In(entry).ToArray();

            // A package says its model's name itself. Whether an entry of another name is there is not for them to
            // know.
            var held = sources.Length > 0 ? sources.Select(s => s.Name) : [Path.GetFileNameWithoutExtension(entry)];
            if (!held.All(caller.MayUse))
            {
                throw new RequestException(
                    FaultKind.PermissionDenied,
                    $"expected a file or folder of models that '{caller.Name}' may use, got '{entry}'");
            }

            if (sources.Length > 0 && !machine.Register(name, entry))
            {
                throw new RequestException(
                    FaultKind.Conflict, $"expected a name that no model of the models folder has, got '{name}'");
            }

            return sources.Length > 0;
        });
        if (isThere)
        {
            Store();
        }

        return isThere;
    }

    private void Change(string name, Action<LifecycleMachine, ModelFamily> change)
    {
        Tell(machine =>
        {
            if (machine.Families.Find(name) is { } family)
            {
                change(machine, family);
            }
        });
        Store();
    }

    /// <summary>Writes down what was asked for, so that a restart finds it.</summary>
    private void Store() => _store.Save(() => Ask(machine => machine.Families.Overrides()));
}
