using System.Globalization;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Security;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Models;

/// <summary>The models that are served: leases for requests, states, and changes at run time.</summary>
/// <remarks>
/// Requests read an immutable view without a lock. Everything else happens in <see cref="ModelLifecycle"/>.
/// </remarks>
public sealed partial class ModelRepository
{
    private readonly MaaSServingOptions _options;
    private readonly ModelLifecycle _lifecycle;
    private readonly TimeProvider _time;
    private readonly RepositoryFaults _faults;

    internal ModelRepository(IOptions<MaaSServingOptions> options, ModelLifecycle lifecycle, TimeProvider time)
    {
        _options = options.Value;
        _lifecycle = lifecycle;
        _time = time;
        _faults = new RepositoryFaults(lifecycle);
    }

    /// <summary>Names of the models that can answer, in order.</summary>
    public IReadOnlyList<string> Names => [.. _lifecycle.Views.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What was found and cannot answer, as <c>digits version 2</c>; <see cref="Index"/> and the log have the
    /// reasons.</summary>
    public IReadOnlyList<string> Failed => [.. _lifecycle.Failed.Select(f => f.What)];

    /// <summary>As <see cref="Failed"/>, with the names of the models.</summary>
    internal IReadOnlyList<(string Name, string What)> FailedModels => _lifecycle.Failed;

    /// <summary>Whether new requests are welcome: every model that was found at the start can answer, and the server is
    /// not stopping.</summary>
    public bool IsReady => !IsDraining && _lifecycle.IsReady;

    /// <summary>Whether the server is stopping: what came is answered, new requests should go elsewhere.</summary>
    public bool IsDraining => _lifecycle.IsDraining;

    /// <summary>Loads that succeeded and that failed since the start.</summary>
    internal (long Succeeded, long Failed) LoadCounts => _lifecycle.LoadCounts;

    /// <summary>Every version of every model, in order of names and versions.</summary>
    public IReadOnlyList<ModelVersionStatus> Index() => _lifecycle.Index();

    /// <summary>The versions of a model, the oldest first.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">One version as the address has it; null for all.</param>
    /// <exception cref="RequestException">404: there is no such model or version.</exception>
    public IReadOnlyList<ModelVersionStatus> Status(string name, string? version = null)
        => Status(name, version, Caller.Server);

    /// <inheritdoc cref="Status(string, string?)"/>
    /// <remarks>Errors name only models that the caller may use.</remarks>
    internal IReadOnlyList<ModelVersionStatus> Status(string name, string? version, Caller caller)
    {
        var all = _lifecycle.Status(name);
        if (all.Count == 0)
        {
            throw _faults.NoSuchModel(name, caller);
        }

        return version is null ? all
            : [
                all.FirstOrDefault(s => s.Version.ToString(CultureInfo.InvariantCulture) == version)
                    ?? throw RepositoryFaults.NoSuchVersion(name, all, version)];
    }

    /// <summary>Leases a model for one request.</summary>
    /// <param name="reference">Which; null as name for the default model, no version or label to let the model's route
    /// decide.</param>
    /// <param name="context">Who asks: routing looks at its key and headers.</param>
    /// <param name="cancellationToken">Nobody waits any more. A model that is loaded on demand may take a
    /// while.</param>
    /// <returns>The lease; the caller disposes it when the answer is written.</returns>
    /// <exception cref="RequestException">
    /// 404: there is no such model, version or label. 503: it is there and cannot answer, with the reason. 400: no
    /// name, and no default. 403: the caller may not use it.
    /// </exception>
    /// <exception cref="DeadlineExceededException">It was not loaded before the request's deadline.</exception>
    public ValueTask<ModelLease> AcquireAsync(
        ModelReference reference, RequestContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var name = reference.Name ?? DefaultName(context.Caller);
        ServingAuthorization.ThrowIfRefused(context.Caller, ServingScope.None, name);
        return TryAcquire(name, reference, context, out var dormant) is { } lease ? ValueTask.FromResult(lease)
            : LoadAndAcquireAsync(dormant, reference, context, cancellationToken);
    }

    /// <summary>Loads a model or one of its versions, takes over what changed in its folder at once, and undoes an
    /// unload.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">A version, which is loaded besides those of the version policy; null for those.</param>
    /// <param name="reload">Whether files that did not change are loaded again as well.</param>
    /// <param name="cancellationToken">Stops waiting; the load goes on.</param>
    /// <exception cref="RequestException">404: there is no such model or version. 400: it could not be loaded, with the
    /// reason; what served before still does.</exception>
    public Task LoadAsync(
        string name, long? version = null, bool reload = false, CancellationToken cancellationToken = default)
        => LoadAsync(name, version, reload, Caller.Server, cancellationToken);

    internal async Task LoadAsync(
        string name, long? version, bool reload, Caller caller, CancellationToken cancellationToken)
    {
        await _lifecycle.RefreshAsync(atOnce: true, cancellationToken).ConfigureAwait(false);
        var loading = _lifecycle.Load(name, version, reload)
            ?? throw (_lifecycle.Read(name, static f => f.Versions.Order().ToArray()) is { Length: > 0 } versions
            ? RequestException.NotFound(
                $"model '{name}': expected one of the versions [{string.Join(", ", versions)}], got '{version}'")
            : _faults.NoSuchModel(name, caller));
        await loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_lifecycle.WantedStatus(name)
            .FirstOrDefault(s => s.ErrorMessage.Length > 0 && (version is null || s.Version == version)) is { } failed)
        {
            throw RequestException.BadRequest(
                $"model '{name}' version {failed.Version} could not be loaded: {failed.ErrorMessage}");
        }
    }

    /// <summary>Unloads a model or one of its versions; requests under way finish first.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">A version; null for all.</param>
    /// <param name="cancellationToken">Stops waiting; the unload goes on.</param>
    /// <exception cref="RequestException">
    /// 404: there is no such model or version. 409: a label leads to the version, or it is the only one that answers
    /// while another should.
    /// </exception>
    public Task UnloadAsync(string name, long? version = null, CancellationToken cancellationToken = default)
        => UnloadAsync(name, version, Caller.Server, cancellationToken);

    internal async Task UnloadAsync(string name, long? version, Caller caller, CancellationToken cancellationToken)
    {
        var all = Status(name, version?.ToString(CultureInfo.InvariantCulture), caller);
        if (version is not null && all[0].Labels.Count > 0)
        {
            throw new RequestException(
                FaultKind.Conflict,
                $"model '{name}': expected a version without labels, version {version} has "
                    + $"[{string.Join(", ", all[0].Labels)}]; move them first");
        }

        if (!await _lifecycle.UnloadAsync(name, version, cancellationToken).ConfigureAwait(false))
        {
            var others = _lifecycle.Status(name).Where(s => s.Version != version && !s.IsServable);
            throw new RequestException(
                FaultKind.Conflict,
                $"model '{name}': expected another version that can answer in place of {version}, got "
                    + $"{string.Join("; ", others.Select(RepositoryFaults.Describe))}");
        }
    }

    /// <summary>Does something with every loaded model, each leased meanwhile.</summary>
    internal void EachLoaded(Action<ServedModel> action)
    {
        foreach (var slot in _lifecycle.Views.Values.SelectMany(v => v.Slots))
        {
            using var lease = slot.Serving?.TryAcquire();
            if (lease is not null)
            {
                action(lease.Model);
            }
        }
    }

    /// <summary>Whether a model was unloaded as a whole, so that clients take it for gone.</summary>
    internal bool IsUnloaded(string name) => _lifecycle.Read(name, static f => f.Overrides.IsUnloaded);

    /// <summary>Runs at once of a model; null where nothing counts them.</summary>
    public int? Instances(string name) => _lifecycle.Read(
        name, static f => f.Slots.Values.Select(s => s.Serving?.Runner.Instances).LastOrDefault(i => i is not null));

    /// <summary>Sets how many runs of a model there may be at once, from the next run on and over restarts.</summary>
    /// <param name="name">The model.</param>
    /// <param name="instances">1 to 1024.</param>
    /// <exception cref="RequestException">404: there is no such model.</exception>
    public void SetInstances(string name, int instances) => SetInstances(name, instances, Caller.Server);

    internal void SetInstances(string name, int instances, Caller caller)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(instances, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(instances, 1024);
        Status(name, version: null, caller);
        _lifecycle.SetInstances(name, instances);
    }

    /// <summary>Serves an entry of the models folder under another name as well, over restarts.</summary>
    /// <param name="name">The name.</param>
    /// <param name="entry">Name of a file or folder of the models folder.</param>
    /// <param name="cancellationToken">Stops waiting; the load goes on.</param>
    /// <exception cref="RequestException">
    /// 404: there is no such entry. 409: another model of the folder has the name. 400: it could not be loaded.
    /// </exception>
    public Task RegisterAsync(string name, string entry, CancellationToken cancellationToken = default)
        => RegisterAsync(name, entry, Caller.Server, cancellationToken);

    internal async Task RegisterAsync(string name, string entry, Caller caller, CancellationToken cancellationToken)
    {
        await _lifecycle.RefreshAsync(atOnce: true, cancellationToken).ConfigureAwait(false);
        if (!_lifecycle.Register(name, entry, caller))
        {
            throw RequestException.NotFound($"expected a file or folder of the models folder, got '{entry}'");
        }

        await LoadAsync(name, version: null, reload: false, caller, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Leases a model for an ensemble that is being loaded: a model that is being loaded too is waited
    /// for.</summary>
    /// <exception cref="RequestException">There is no such model, or it could not be loaded.</exception>
    internal async Task<ModelLease> AcquireLoadedAsync(ModelReference reference, CancellationToken cancellationToken)
    {
        var context = new RequestContext { Caller = new Caller("", ServingScope.All, [reference.Name!]) };
        while (_lifecycle.LoadsOf(reference.Name!) is { } loads && !_lifecycle.Views.ContainsKey(reference.Name!))
        {
            await loads.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return await AcquireAsync(reference, context, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A lease of the version that a request gets; null where that waits for its first request.</summary>
    private ModelLease? TryAcquire(
        string name, ModelReference reference, RequestContext context, out ModelSlot slot)
    {
        while (true)
        {
            slot = (_lifecycle.Views.TryGetValue(name, out var view) ? view.Choose(reference, context) : null)
                ?? throw _faults.Unavailable(name, reference, context.Caller);
            if (slot.Serving?.TryAcquire() is { } lease)
            {
                if (_options.MemoryLimitBytes is not null)
                {
                    slot.LastUsed = _time.GetTimestamp();
                }

                return lease;
            }

            // Otherwise it was replaced since the view was read: there is a newer one.
            if (slot.IsDormant)
            {
                return null;
            }
        }
    }

    /// <summary>Loads until there is a lease: what was loaded may be unloaded again before it is taken.</summary>
    private async ValueTask<ModelLease> LoadAndAcquireAsync(
        ModelSlot dormant, ModelReference reference, RequestContext context, CancellationToken cancellationToken)
    {
        var slot = dormant;
        while (true)
        {
            await LoadAsync(slot, reference, context, cancellationToken).ConfigureAwait(false);
            if (TryAcquire(slot.Name, reference, context, out slot) is { } lease)
            {
                return lease;
            }
        }
    }

    private async Task LoadAsync(
        ModelSlot slot, ModelReference reference, RequestContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var loading = _lifecycle.LoadOnDemand(slot)
            ?? throw _faults.Unavailable(slot.Name, reference, context.Caller);
        var wait = context.Deadline is { } deadline
            ? _time.GetElapsedTime(_time.GetTimestamp(), deadline) : Timeout.InfiniteTimeSpan;
        try
        {
            await loading.WaitAsync(
                context.Deadline is not null && wait < TimeSpan.Zero ? TimeSpan.Zero : wait, _time, cancellationToken)
                    .ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new DeadlineExceededException(
                $"model '{slot.Name}': expected it to be loaded before the request's deadline", e);
        }

        if (slot is { Serving: null, Fault: not null, IsDormant: true }) // Else another version may stand in.
        {
            throw _faults.Unavailable(slot.Name, reference, context.Caller);
        }
    }

    private string DefaultName(Caller caller)
        => _options.DefaultModel
            ?? (_lifecycle.Views.Count == 1 ? _lifecycle.Views.Keys.First()
                : throw RequestException.BadRequest(
                    $"expected a model name, as ?model=, among [{string.Join(", ", Names.Where(caller.MayUse))}]; "
                        + "several models are served"));
}
