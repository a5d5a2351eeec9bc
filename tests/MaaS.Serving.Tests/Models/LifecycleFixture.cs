using System.Collections.Concurrent;
using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Models;
using MaaS.Serving.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace MaaS.Serving.Tests.Models;

/// <summary>A repository over a registry folder, a clock that stands still, and loads that the test lets
/// through.</summary>
internal sealed class LifecycleFixture : IModelLoader, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-lifecycle-");
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _held = new();
    private readonly ConcurrentDictionary<string, Exception> _broken = new();
    private ModelLifecycle? _lifecycle;

    public LifecycleFixture()
        => Options = new MaaSServingOptions
        {
            ModelsPath = _folder.FullName,
            SettleTime = TimeSpan.FromSeconds(1),
            MaxConcurrentLoads = 8,
        };

    public MaaSServingOptions Options { get; }

    public FakeTime Time { get; } = new();

    public string Path => _folder.FullName;

    /// <summary>What was loaded, in order.</summary>
    public ConcurrentQueue<string> Loaded { get; } = new();

    public ModelLifecycle Lifecycle => _lifecycle!;

    public ModelRepository Repository { get; private set; } = null!;

    /// <summary>Puts a version into the folder, as a registry would.</summary>
    public LifecycleFixture Add(string name, int version, int bytes = 100)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, name, $"{version}")).FullName;
        using var file = File.Create(System.IO.Path.Combine(folder, "model.onnx"));
        file.SetLength(bytes);
        File.WriteAllText(System.IO.Path.Combine(folder, "manifest.json"), "{}");
        return this;
    }

    public void Remove(string name, int version)
        => Directory.Delete(System.IO.Path.Combine(Path, name, $"{version}"), recursive: true);

    public void Label(string name, params (string Label, int Version)[] labels)
        => File.WriteAllText(
            System.IO.Path.Combine(Path, name, "registry.json"),
            JsonSerializer.Serialize(new { labels = labels.ToDictionary(l => l.Label, l => l.Version) }));

    /// <summary>Makes loads of a version wait for the result's completion.</summary>
    public TaskCompletionSource Hold(string name, int version)
        => _held[$"{name} version {version}"] = new TaskCompletionSource();

    /// <summary>Makes loads of a version fail; null makes them succeed again.</summary>
    public void Break(string name, int version, Exception? exception)
    {
        if (exception is null)
        {
            _broken.TryRemove($"{name} version {version}", out _);
        }
        else
        {
            _broken[$"{name} version {version}"] = exception;
        }
    }

    public async Task StartAsync()
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        _lifecycle = new ModelLifecycle(
            options, this, [], new PackageTrust(options), Time, NullLogger<ModelLifecycle>.Instance);
        Repository = new ModelRepository(options, _lifecycle, Time);
        await _lifecycle.StartingAsync(CancellationToken.None);
    }

    /// <summary>Looks into the folder twice, so that changes count as settled.</summary>
    public async Task SeeChangesAsync()
    {
        await Lifecycle.RefreshAsync(atOnce: false, CancellationToken.None);
        Time.Advance(Options.SettleTime);
        await Lifecycle.RefreshAsync(atOnce: false, CancellationToken.None);
    }

    /// <summary>Waits for all loads that nothing holds.</summary>
    public async Task LoadsAsync(string name)
    {
        while (Lifecycle.LoadsOf(name) is { } loads)
        {
            await loads.WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    public ValueTask<ModelLease> AcquireAsync(string name, string? version = null, string? label = null)
        => Repository.AcquireAsync(new ModelReference(name, version, label), new RequestContext());

    /// <summary>The version that answers.</summary>
    public async Task<long> AnswersAsync(string name, string? label = null)
    {
        using var lease = await AcquireAsync(name, label: label);
        return lease.Model.Version;
    }

    public ModelState State(string name, int version) => Repository.Status(name, $"{version}")[0].State;

    public async Task<ServedModel> LoadAsync(ModelSource source, CancellationToken cancellationToken)
    {
        if (_held.TryGetValue(source.ToString(), out var held))
        {
            await held.Task.WaitAsync(cancellationToken);
        }

        if (_broken.TryGetValue(source.ToString(), out var exception))
        {
            throw exception;
        }

        Loaded.Enqueue(source.ToString());
        return new ServedModel(source.Name, source.Version, model: null, manifest: null, new NoRunner());
    }

    public void Dispose()
    {
        _lifecycle?.Dispose();
        _folder.Delete(recursive: true);
    }

    private sealed class NoRunner : IModelRunner
    {
        public ValueTask<InferenceOutputs> RunAsync(
            InferenceRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
