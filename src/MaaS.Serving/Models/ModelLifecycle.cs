using MaaS.Serving.Trust;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Models;

/// <summary>
/// Hosts <see cref="LifecycleMachine"/>: looks into the folder, loads and frees models as the machine says, and tells
/// it how that ended. One lock guards the machine; loads and unloads run outside of it.
/// </summary>
internal sealed partial class ModelLifecycle : IHostedLifecycleService, IDisposable
{
    private readonly MaaSServingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ModelLifecycle> _logger;
    private readonly ModelFolder _folder;
    private readonly ScanSettler _settler;
    private readonly MemoryBudget _memory;
    private readonly LoadQueue _queue;
    private readonly OverrideStore _store;
    private readonly LifecycleMachine _machine;
    private readonly ModelStatusReader _statuses;
    private readonly SlotTasks _tasks = new();
    private readonly SemaphoreSlim _oneScan = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private volatile bool _isDraining, _isDisposed;
    private long _loads, _failedLoads;

    public ModelLifecycle(
        IOptions<MaaSServingOptions> options, IModelLoader loader, IEnumerable<IFolderLoader> folders,
        PackageTrust trust, TimeProvider time, ILogger<ModelLifecycle> logger)
    {
        _options = options.Value;
        _time = time;
        _logger = logger;
        _folder = new ModelFolder(
            _options.ModelsPath, trust.Unverified, [.. folders.Select(static f => f.Marker)]);
        _settler = new ScanSettler(_options.SettleTime, time);
        _memory = new MemoryBudget(_options.MemoryLimitBytes);
        _queue = new LoadQueue(loader, _memory, _options.MaxConcurrentLoads);
        _store = new OverrideStore(_options.StateFile);
        _machine = new LifecycleMachine(_options, time);
        _statuses = new ModelStatusReader(_machine.Families, _options.ModelsPath);
    }

    /// <summary>What requests see, by name. Never changed, only replaced.</summary>
    public Dictionary<string, ModelView> Views
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(ModelRepository));
            return _machine.View.Models;
        }
    }

    /// <summary>Models that were found and cannot answer.</summary>
    public IReadOnlyList<(string Name, string What)> Failed => _machine.View.Failed;

    /// <summary>Whether all models of the start can answer.</summary>
    public bool IsReady => _machine.View.IsReady;

    public bool IsDraining => _isDraining;

    /// <summary>Whether every change seen in the folder has been acted on.</summary>
    public bool IsSettled => _settler.IsSettled;

    /// <summary>Loads that succeeded and that failed since the start.</summary>
    internal (long Succeeded, long Failed) LoadCounts
        => (Interlocked.Read(ref _loads), Interlocked.Read(ref _failedLoads));

    /// <summary>Loads all models.</summary>
    /// <exception cref="InvalidOperationException">There is none, or none could be loaded.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        _machine.Families.Remember(_store.Load());
        var scan = _settler.Accept(await _folder.ScanAsync(cancellationToken).ConfigureAwait(false), atOnce: true);
        StartCheck.ThrowIfTwice(scan, _options);
        Apply(scan);
        while (Ask(_ => _tasks.Loads) is { Length: > 0 } loads)
        {
            await Task.WhenAll(loads).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!Ask(machine => StartCheck.HasModels(scan, machine, _options)))
        {
            LogEmpty();
        }

        Tell(static machine => machine.Started());
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before the server stops to listen: says that it is not ready, and answers on until others have
    /// noticed.</summary>
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
        IReadOnlyList<LifecycleEffect> effects;
        lock (_gate)
        {
            _isDisposed = true;
            _machine.Stop();
            effects = _machine.TakeEffects();
        }

        _stopping.Cancel();
        foreach (var effect in effects.OfType<LifecycleEffect.Discard>())
        {
            effect.Model.Release();
        }
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

    /// <summary>Every version of every model, in order of names and versions.</summary>
    public IReadOnlyList<ModelVersionStatus> Index() => Ask(_ => _statuses.Index());

    /// <summary>The versions of one model, the oldest first; empty when there is no such model.</summary>
    public IReadOnlyList<ModelVersionStatus> Status(string name) => Ask(_ => _statuses.Status(name));

    /// <summary>The versions of a model that shall be loaded, or that serve.</summary>
    public IReadOnlyList<ModelVersionStatus> WantedStatus(string name) => Ask(_ => _statuses.Wanted(name));

    /// <summary>Something of a model, read while nothing changes; null where there is no such model.</summary>
    public T? Read<T>(string name, Func<ModelFamily, T?> read)
        => Ask(machine => machine.Families.Find(name) is { } family ? read(family) : default);

    /// <summary>Completes when no version of a model is being loaded; null when none is.</summary>
    public Task? LoadsOf(string name)
        => Ask(_ => _tasks.LoadsOf(name)) is { Length: > 0 } loads ? Task.WhenAll(loads) : null;

    private void Apply(ModelScan scan)
    {
        foreach (var bad in Ask(machine => machine.Scanned(scan)))
        {
            LogUnreadable(bad.Cause, bad.Location);
        }
    }

    private void Tell(Action<LifecycleMachine> tell) => Ask(machine =>
    {
        tell(machine);
        return true;
    });

    /// <summary>Reads or changes the machine alone, and begins what it wants done.</summary>
    private T Ask<T>(Func<LifecycleMachine, T> ask)
    {
        lock (_gate)
        {
            var answer = ask(_machine);
            Begin(_machine.TakeEffects());
            return answer;
        }
    }

    [LoggerMessage(LogLevel.Error, "{Location} cannot be read and is not served")]
    private partial void LogUnreadable(Exception exception, string location);

    [LoggerMessage(LogLevel.Warning, "There is no model in the models folder yet; what is put there is served")]
    private partial void LogEmpty();

    [LoggerMessage(LogLevel.Information, "Stopping: not ready any more, listening for another {Delay}")]
    private partial void LogDraining(TimeSpan delay);
}
