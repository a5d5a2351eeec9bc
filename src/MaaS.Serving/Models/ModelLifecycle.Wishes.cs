using MaaS.Serving.Http;
using MaaS.Serving.Routing;
using MaaS.Serving.Security;

namespace MaaS.Serving.Models;

/// <content>What is asked for at run time, and what is told.</content>
internal sealed partial class ModelLifecycle
{
    /// <summary>Every version of every model, in order of names and versions.</summary>
    public IReadOnlyList<ModelVersionStatus> Index()
    {
        lock (_gate)
        {
            return [.. _families.Keys.Union(_unreadable.Select(u => u.Name)).Order(StringComparer.Ordinal).SelectMany(Statuses)];
        }
    }

    /// <summary>The versions of one model, the oldest first; empty when there is no such model.</summary>
    public IReadOnlyList<ModelVersionStatus> Status(string name)
    {
        lock (_gate)
        {
            return [.. Statuses(name)];
        }
    }

    /// <summary>The versions that the folder has of a model.</summary>
    public IReadOnlyList<long> Versions(string name)
    {
        lock (_gate)
        {
            return [.. _families.GetValueOrDefault(name)?.Versions.Order() ?? Enumerable.Empty<long>()];
        }
    }

    /// <summary>Where the registry wants labels to lead.</summary>
    public IReadOnlyDictionary<string, long> WantedLabels(string name)
    {
        lock (_gate)
        {
            return _families.GetValueOrDefault(name)?.WantedLabels ?? new Dictionary<string, long>();
        }
    }

    public TrafficRoute? Route(string name)
    {
        lock (_gate)
        {
            return _families.GetValueOrDefault(name)?.Router?.Route;
        }
    }

    public void SetRoute(string name, TrafficRoute? route)
    {
        lock (_gate)
        {
            if (_families.TryGetValue(name, out var family))
            {
                family.Router = Router(name, route);
                family.Wishes = family.Wishes with { HasRoute = true, Route = route };
                Publish();
            }
        }

        Store();
    }

    /// <summary>What a route names that cannot answer.</summary>
    public IEnumerable<string> RouteFaults(string name, TrafficRoute route, Caller caller)
    {
        var targets = route.Split.Keys.Select(t => (Model: name, Target: (string?)t));
        if (route.Shadow is { } shadow)
        {
            targets = targets.Append((shadow.Model ?? name, shadow.Target));
        }

        foreach (var (model, target) in targets)
        {
            if (!Views.TryGetValue(model, out var view))
            {
                yield return $"route of '{name}': expected one of the models [{string.Join(", ", Views.Keys.Where(caller.MayUse).Order(StringComparer.Ordinal))}], got '{model}'";
            }
            else if (target is not null && view.Find(target) is null)
            {
                yield return $"route of '{name}': model '{model}': expected one of the versions [{string.Join(", ", view.Slots.Select(s => s.Version))}]"
                    + $" or labels [{string.Join(", ", view.Labels.Keys)}], got '{target}'";
            }
        }
    }

    /// <summary>Begins to load a model or one version.</summary>
    /// <returns>Completes when the loads have ended, well or not; null when there is no such model or version.</returns>
    public Task? Load(string name, long? version, bool reload)
    {
        lock (_gate)
        {
            if (!_families.TryGetValue(name, out var family) || !family.Versions.Any(v => version is null || v == version))
            {
                return null;
            }

            var before = family.Wishes;
            family.Wishes = before with
            {
                IsUnloaded = false,
                Unloaded = version is null ? [] : [.. before.Unloaded.Where(v => v != version)],
                Loaded = version is not { } one || family.Wanted().Contains(one) ? before.Loaded : [.. before.Loaded.Union([one])],
            };
            Advance([family]);
            var wanted = family.Wanted().Where(v => version is null || v == version).Select(v => family.Slots[v]).ToArray();
            foreach (var slot in wanted.Where(s => s.Loading is null))
            {
                slot.Fault = null;
                slot.MustReload = reload && slot.Serving is not null;
                if (slot.IsDormant)
                {
                    StartLoad(family, slot);
                }
            }

            Advance([family]);
            return FinishAsync(Task.WhenAll(wanted.Select(s => s.Loading ?? Task.CompletedTask)));

            async Task FinishAsync(Task loads)
            {
                await loads.ConfigureAwait(false);
                lock (_gate)
                {
                    if (version is { } asked && family.Slots.GetValueOrDefault(asked) is { IsServable: false } && !before.Loaded.Contains(asked))
                    {
                        // It failed, and waiting for it would keep versions that are no longer wanted.
                        family.Wishes = family.Wishes with { Loaded = before.Loaded };
                    }
                }

                Store();
            }
        }
    }

    /// <summary>Unloads a model or one version, and waits until its memory is free.</summary>
    /// <returns>False when no other version can take the place of the one to go; it stays.</returns>
    public async Task<bool> UnloadAsync(string name, long? version, CancellationToken cancellationToken)
    {
        ModelFamily? family;
        ModelWishes before;
        lock (_gate)
        {
            if (!_families.TryGetValue(name, out family))
            {
                return true;
            }

            before = family.Wishes;
            family.Wishes = version is not { } one ? before with { IsUnloaded = true, Loaded = [], Unloaded = [] }
                : before with { Loaded = [.. before.Loaded.Where(v => v != one)], Unloaded = [.. before.Unloaded.Union([one])] };
            Advance([family]);
        }

        while (StillServes(family, version) && LoadsOf(name) is { } loads)
        {
            await loads.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        Task freed;
        lock (_gate)
        {
            if (StillServes(family, version))
            {
                family.Wishes = before;
                Advance([family]);
                return false;
            }

            freed = Task.WhenAll(family.Slots.Values.Where(s => version is null || s.Version == version).Select(s => s.Retired));
        }

        Store();
        await freed.WaitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private bool StillServes(ModelFamily family, long? version)
    {
        lock (_gate)
        {
            return family.Slots.Values.Any(s => s.IsServable && (version is null || s.Version == version));
        }
    }

    /// <summary>Writes down what was asked for, so that a restart finds it.</summary>
    private void Store()
    {
        if (_options.StateFile is not { } path)
        {
            return;
        }

        lock (_stateFile)
        {
            lock (_gate)
            {
                foreach (var family in _families.Values)
                {
                    _stored.Models.Remove(family.Name);
                    if (!family.Wishes.IsEmpty)
                    {
                        _stored.Models.Add(family.Name, family.Wishes);
                    }
                }
            }

            _stored.Save(path);
        }
    }

    /// <summary>The versions of a model, those that cannot be read among them, the oldest first.</summary>
    private IEnumerable<ModelVersionStatus> Statuses(string name)
    {
        var known = _families.TryGetValue(name, out var family) ? StatusOf(family).ToDictionary(s => s.Version) : [];

        // What is wrong with the model as a whole is told of its newest version: something newer was to come.
        var newest = known.Count > 0 ? known.Keys.Max() : 1;
        foreach (var source in _unreadable.Where(u => u.Name == name))
        {
            var (version, reason) = (source.Version ?? newest, Public(source.Cause, source.Location));
            var status = known.GetValueOrDefault(version) ?? new ModelVersionStatus(name, version, ModelState.End, "OK", "", [], 0);
            known[version] = status.ErrorMessage.Contains(reason, StringComparison.Ordinal) ? status : status with
            {
                ErrorCode = status.ErrorCode == "OK" ? ModelFault.CodeOf(source.Cause) : status.ErrorCode,
                ErrorMessage = status.ErrorMessage.Length == 0 ? reason : $"{status.ErrorMessage}; {reason}",
            };
        }

        return known.Values.OrderBy(s => s.Version);
    }

    private IEnumerable<ModelVersionStatus> StatusOf(ModelFamily family)
    {
        // What was unloaded before the last start has no slot, and is there all the same.
        return family.Slots.Count > 0 ? family.Slots.Values.Select(Of)
            : family.Versions.OrderDescending().Take(1).Select(v => new ModelVersionStatus(family.Name, v, ModelState.End, "OK", "", [], 0));

        ModelVersionStatus Of(ModelSlot slot) => new(
            slot.Name,
            slot.Version,
            slot.State,
            slot.Fault?.Code ?? "OK",
            slot.Fault is { } fault ? Public(fault.Cause, slot.Source?.Location) : "",
            [.. family.Labels.Where(l => l.Value == slot.Version).Select(l => l.Key).Order(StringComparer.Ordinal)],
            slot.Bytes)
        {
            IsServable = slot.IsServable,
            Task = slot.Serving?.Manifest?.Task ?? slot.Source?.Task,
        };
    }

    /// <summary>A message without the paths of this machine; what lies in the models folder is named from there.</summary>
    private string Public(Exception cause, string? location)
    {
        var message = cause.Message;

        // The models folder may be one file.
        foreach (var path in location is null || Directory.Exists(_options.ModelsPath) ? [] : new[] { location, Path.GetFullPath(location) })
        {
            message = message.Replace(path, Path.GetFileName(path), StringComparison.Ordinal);
        }

        return PublicText.WithoutPaths(message, _options.ModelsPath);
    }
}
