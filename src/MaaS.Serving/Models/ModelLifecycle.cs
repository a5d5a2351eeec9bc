using MaaS.Serving.Routing;
using MaaS.Serving.Security;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Models;

/// <summary>
/// Loads, replaces and unloads models as the folder, the options and requests at run time want it. One lock guards all
/// state; loads and unloads run outside of it.
/// </summary>
internal sealed partial class ModelLifecycle : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10), LastRetry = TimeSpan.FromMinutes(5);

    private readonly MaaSServingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ModelLifecycle> _logger;
    private readonly ModelFolder _folder;
    private readonly ScanSettler _settler;
    private readonly MemoryBudget _memory;
    private readonly LoadQueue _queue;
    private readonly SemaphoreSlim _oneScan = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Lock _stateFile = new();
    private readonly Dictionary<string, ModelFamily> _families = new(StringComparer.Ordinal);
    private RepositoryState _stored = new();
    private IReadOnlyList<UnreadableSource> _unreadable = [];
    private HashSet<string> _required = [];
    private volatile Dictionary<string, ModelView> _views = [];
    private volatile IReadOnlyList<(string Name, string What)> _failed = [];
    private volatile bool _isDraining, _isStarted, _isDisposed;

    public ModelLifecycle(IOptions<MaaSServingOptions> options, IModelLoader loader, TimeProvider time, ILogger<ModelLifecycle> logger)
    {
        _options = options.Value;
        _time = time;
        _logger = logger;
        _folder = new ModelFolder(_options.ModelsPath, _options.Packages);
        _settler = new ScanSettler(_options.SettleTime, time);
        _memory = new MemoryBudget(_options.MemoryLimitBytes);
        _queue = new LoadQueue(loader, _memory, _options.MaxConcurrentLoads);
    }

    /// <summary>What requests see, by name. Never changed, only replaced.</summary>
    public Dictionary<string, ModelView> Views
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(ModelRepository));
            return _views;
        }
    }

    /// <summary>Models that were found and cannot answer.</summary>
    public IReadOnlyList<(string Name, string What)> Failed => _failed;

    /// <summary>Whether all models of the start can answer.</summary>
    public bool IsReady { get; private set; }

    public bool IsDraining => _isDraining;

    /// <summary>Whether every change seen in the folder has been acted on.</summary>
    public bool IsSettled => _settler.IsSettled;

    /// <summary>Loads all models.</summary>
    /// <exception cref="InvalidOperationException">There is none, or none could be loaded.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        _stored = RepositoryState.Load(_options.StateFile);
        var scan = _settler.Accept(await _folder.ScanAsync(cancellationToken).ConfigureAwait(false), atOnce: true);
        if (scan.Sources.GroupBy(s => (s.Name, s.Version)).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new InvalidOperationException(
                $"expected each model once in '{_options.ModelsPath}', got '{twice.Key.Name}' in the same version twice: {string.Join(" and ", twice.Select(s => Path.GetFileName(s.Location)))}.");
        }

        Apply(scan);
        while (Loads() is { Length: > 0 } loads)
        {
            await Task.WhenAll(loads).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        ThrowIfUnfit(scan);
        lock (_gate)
        {
            _required = [.. _families.Keys, .. _unreadable.Select(u => u.Name)];
            _isStarted = true;
            Publish();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before the server stops to listen: says that it is not ready, and answers on until others have noticed.</summary>
    /// <remarks>A host that is stopped, then disposed of, may ask twice.</remarks>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isDraining, true))
        {
            return;
        }

        LogDraining(_options.DrainDelay);
        await Task.Delay(_options.DrainDelay, _time, cancellationToken).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Frees the models; runs under way finish first.</summary>
    public void Dispose()
    {
        List<ServedModel> serving;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _views = [];
            serving = [.. _families.Values.SelectMany(f => f.Slots.Values).Select(s => s.Exchange(null, null)).OfType<ServedModel>()];
        }

        _stopping.Cancel();
        serving.ForEach(s => s.Release());
    }

    /// <summary>Looks into the folder and begins what follows from it.</summary>
    /// <param name="atOnce">Whether changes count that may still be under way.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public async Task RefreshAsync(bool atOnce, CancellationToken cancellationToken)
    {
        await _oneScan.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Apply(_settler.Accept(await _folder.ScanAsync(cancellationToken).ConfigureAwait(false), atOnce));
        }
        finally
        {
            _oneScan.Release();
        }
    }

    private Task[] Loads()
    {
        lock (_gate)
        {
            return [.. _families.Values.SelectMany(f => f.Slots.Values).Select(s => s.Loading).OfType<Task>()];
        }
    }

    private void Apply(ModelScan scan)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            var twice = scan.Sources.GroupBy(s => (s.Name, s.Version)).SelectMany(g => g.Skip(1)).ToArray();
            IReadOnlyList<UnreadableSource> unreadable = [.. scan.Unreadable, .. twice.Select(s => new UnreadableSource(
                s.Name, s.Location, new InvalidDataException($"{s.Location}: expected each version once, got {s} twice."), s.Version))];
            foreach (var bad in unreadable.Where(u => !_unreadable.Any(old => old.Location == u.Location && old.Cause.Message == u.Cause.Message)))
            {
                LogUnreadable(bad.Cause, bad.Location);
            }

            _unreadable = unreadable;
            _scanned = scan.Sources.Except(twice).ToArray();
            var byName = _scanned.Concat(Registered(_scanned)).ToLookup(s => s.Name, StringComparer.Ordinal);
            foreach (var group in byName)
            {
                if (!_families.ContainsKey(group.Key))
                {
                    _families.Add(group.Key, CreateFamily(group.Key));
                }
            }

            foreach (var family in _families.Values)
            {
                var settings = byName[family.Name].FirstOrDefault()?.Config?.Options;
                family.Policy = VersionPolicy.TryParse(_options.For(family.Name, settings).Versions) ?? VersionPolicy.Latest;
                family.Update(byName[family.Name], scan.Labels.GetValueOrDefault(family.Name));
            }

            Advance(_families.Values);
        }
    }

    private ModelFamily CreateFamily(string name)
    {
        var options = _options.For(name);
        var family = new ModelFamily(
            name, options.IsLazy ?? false, options.IsPinned ?? false)
        {
            Wishes = _stored.Models.GetValueOrDefault(name) ?? new ModelWishes(),
        };
        family.Router = Router(name, family.Wishes.HasRoute ? family.Wishes.Route : options.Route);
        return family;
    }

    private static TrafficRouter? Router(string name, TrafficRoute? route) => route is null ? null : new TrafficRouter(name, route, Random.Shared.NextDouble);

    /// <summary>Does what the rules of each family say, and shows requests the result.</summary>
    private void Advance(IEnumerable<ModelFamily> families)
    {
        if (_isDisposed)
        {
            return;
        }

        List<(ModelFamily Family, ModelSlot Slot)> unload = [];
        foreach (var family in families.ToArray())
        {
            var plan = family.Plan(_time.GetTimestamp());
            plan.Load.ForEach(slot => StartLoad(family, slot));
            unload.AddRange(plan.Unload.Select(slot => (family, slot)));
            if (family.IsGone && _stored.Models.GetValueOrDefault(family.Name) is null)
            {
                _families.Remove(family.Name);
            }
        }

        // Requests look elsewhere before anything is taken away.
        var leaving = unload.Select(u => u.Slot).ToHashSet();
        Publish(leaving);
        foreach (var (family, slot) in unload)
        {
            slot.IsDormant = false;
            slot.Fault = null;
            Retire(family, slot, slot.Exchange(null, null));
        }
    }

    private void Publish(HashSet<ModelSlot>? leaving = null)
    {
        var views = new Dictionary<string, ModelView>(StringComparer.Ordinal);
        List<(string Name, string What)> failed = [];
        foreach (var family in _families.Values)
        {
            var slots = family.Slots.Values.Where(s => s.IsServable && leaving?.Contains(s) != true).ToArray();
            if (slots.Length > 0)
            {
                views[family.Name] = new ModelView(family.Name, slots, new Dictionary<string, long>(family.Labels, StringComparer.Ordinal), family.Router);
            }
            else
            {
                failed.AddRange(family.Slots.Values.Where(s => s.Fault is not null).Select(s => (s.Name, s.Source?.ToString() ?? s.Name)));
            }
        }

        failed.AddRange(_unreadable.Where(u => !views.ContainsKey(u.Name)).Select(u => (u.Name, u.Name)));
        _views = views;
        _failed = failed;
        IsReady = _isStarted && (_options.StrictReadiness
            ? !failed.Exists(f => _required.Contains(f.Name)) : views.Count > 0 || failed.Count == 0);
    }

    private void ThrowIfUnfit(ModelScan scan)
    {
        lock (_gate)
        {
            if (scan is { Sources.Count: 0, Unreadable.Count: 0 })
            {
                if (_options.Watch && Directory.Exists(_options.ModelsPath))
                {
                    LogEmpty();
                    return;
                }

                throw new InvalidOperationException(
                    $"expected .onnx files, .maas files, package folders or registry folders in '{_options.ModelsPath}', found none.");
            }

            var causes = _unreadable.Select(u => u.Cause)
                .Concat(_families.Values.SelectMany(f => f.Slots.Values).Select(s => s.Fault?.Cause).OfType<Exception>()).ToArray();
            if (_views.Count == 0 && causes.Length > 0)
            {
                throw new InvalidOperationException($"no model could be loaded: {string.Join("; ", causes.Select(c => c.Message))}", causes[0]);
            }

            if (_options.DefaultModel is { } name && !_families.ContainsKey(name))
            {
                throw new InvalidOperationException(
                    $"DefaultModel: expected one of the models [{string.Join(", ", _families.Keys.Order(StringComparer.Ordinal))}], got '{name}'.");
            }

            var faults = _families.Keys.SelectMany(n => _options.For(n).Route is { } route ? RouteFaults(n, route, Caller.Server) : [])
                .Concat(_options.Models.Keys.Where(n => !_families.ContainsKey(n)).Select(n => $"Models: expected names among [{string.Join(", ", _families.Keys)}], got '{n}'"))
                .ToArray();
            if (faults.Length > 0)
            {
                throw new InvalidOperationException(string.Join("; ", faults));
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "{Location} cannot be read and is not served")]
    private partial void LogUnreadable(Exception exception, string location);

    [LoggerMessage(LogLevel.Warning, "There is no model in the models folder yet; what is put there is served")]
    private partial void LogEmpty();

    [LoggerMessage(LogLevel.Information, "Stopping: not ready any more, listening for another {Delay}")]
    private partial void LogDraining(TimeSpan delay);
}
