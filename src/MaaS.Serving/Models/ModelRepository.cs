using System.Collections.Frozen;
using MaaS.Core.Inference;
using MaaS.Core.Packages;
using MaaS.Serving.Execution;
using MaaS.Serving.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Models;

/// <summary>The models that are served. They are loaded before the server takes its first request.</summary>
public sealed partial class ModelRepository : IHostedLifecycleService, IDisposable
{
    private readonly MaaSServingOptions _options;
    private readonly ILogger<ModelRepository> _logger;
    private FrozenDictionary<string, ServedModel[]> _models = FrozenDictionary<string, ServedModel[]>.Empty;
    private readonly ModelRunnerFactory _runners;
    private string[] _failed = [];
    private int _disposed;

    /// <summary>A repository that loads when the host starts.</summary>
    public ModelRepository(IOptions<MaaSServingOptions> options, ModelRunnerFactory runners, ILogger<ModelRepository> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _runners = runners;
        _logger = logger;
    }

    /// <summary>Names of the loaded models, in order.</summary>
    public IReadOnlyList<string> Names => [.. _models.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What could not be loaded; the log has the reasons.</summary>
    public IReadOnlyList<string> Failed => _failed;

    /// <summary>Whether everything that was found is loaded.</summary>
    public bool IsReady => _models.Count > 0 && _failed.Length == 0;

    /// <summary>Every version of every model, in order of names and versions.</summary>
    public IReadOnlyList<ModelVersionStatus> Index() => [.. Names.SelectMany(name => Status(name))];

    /// <summary>The versions of a model, the oldest first.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">One version as the address has it; null for all.</param>
    /// <exception cref="RequestException">404: there is no such model or version.</exception>
    public IReadOnlyList<ModelVersionStatus> Status(string name, string? version = null)
        => [.. (version is null ? Versions(name) : [Find(Versions(name), version)])
            .Select(m => new ModelVersionStatus(m.Name, m.Version, ModelState.Available, "OK", "", [], 0) { IsServable = true })];

    private IReadOnlyList<ServedModel> Versions(string name)
        => _models.TryGetValue(name, out var versions) ? versions
            : throw RequestException.NotFound($"expected one of the models [{string.Join(", ", Names)}], got '{name}'");

    /// <summary>Leases a loaded model for one request.</summary>
    /// <param name="reference">Which; null as name for the default model, no version or label for the latest.</param>
    /// <param name="context">Who asks: routing looks at its key and headers.</param>
    /// <param name="cancellationToken">Nobody waits any more. A model that is loaded on demand may take a while.</param>
    /// <returns>The lease; the caller disposes it when the answer is written.</returns>
    /// <exception cref="RequestException">404: there is no such model, version or label. 400: no name, and no default.</exception>
    public ValueTask<ModelLease> AcquireAsync(ModelReference reference, RequestContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var versions = Versions(reference.Name ?? DefaultName());
        if (reference.Label is { } label)
        {
            throw RequestException.NotFound($"model '{versions[0].Name}': expected a label among [], got '{label}'");
        }

        var model = reference.Version is not { } version ? versions[^1] : Find(versions, version);
        return ValueTask.FromResult(model.TryAcquire() ?? throw new ObjectDisposedException(nameof(ModelRepository)));
    }

    /// <summary>Loads all models.</summary>
    /// <exception cref="InvalidOperationException">There is none, or none could be loaded.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        List<ServedModel> loaded = [];
        List<string> failed = [];
        List<Exception> causes = [];
        void Fail(string what, Exception cause)
        {
            LogFailed(cause, what);
            failed.Add(what);
            causes.Add(cause);
        }

        try
        {
            foreach (var source in ModelSource.Discover(_options.ModelsPath, _options.LoadAllVersions, Fail))
            {
                try
                {
                    var model = await LoadAsync(source, cancellationToken).ConfigureAwait(false);
                    loaded.Add(model);
                    LogLoaded(model.Name, model.Version, string.Join("; ", model.Inputs), string.Join("; ", model.Outputs));
                }
                catch (Exception e) when (e is InferenceException or InvalidDataException or IOException or UnauthorizedAccessException)
                {
                    Fail(source.ToString(), e);
                }
            }
        }
        finally
        {
            // Published even when the start fails or is cancelled: Dispose frees what is published.
            _failed = [.. failed];
            _models = loaded.GroupBy(m => m.Name, StringComparer.Ordinal)
                .ToFrozenDictionary(g => g.Key, g => g.OrderBy(m => m.Version).ToArray(), StringComparer.Ordinal);
        }

        if (loaded.Count == 0 && causes.Count == 0)
        {
            throw new InvalidOperationException(
                $"expected .onnx files, .maas files, package folders or registry folders in '{_options.ModelsPath}', found none.");
        }

        if (loaded.Count == 0)
        {
            throw new InvalidOperationException($"no model could be loaded: {string.Join("; ", causes.Select(c => c.Message))}", causes[0]);
        }

        if (_models.Values.FirstOrDefault(v => v.DistinctBy(m => m.Version).Count() < v.Length) is { } twice)
        {
            throw new InvalidOperationException($"expected each model once in '{_options.ModelsPath}', got '{twice[0].Name}' in the same version twice.");
        }

        if (_options.DefaultModel is { } name && !_models.ContainsKey(name))
        {
            throw new InvalidOperationException($"DefaultModel: expected one of the models [{string.Join(", ", Names)}], got '{name}'.");
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Frees the models; runs under way finish first.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        foreach (var model in _models.Values.SelectMany(v => v))
        {
            model.Release();
        }
    }

    private async Task<ServedModel> LoadAsync(ModelSource source, CancellationToken cancellationToken)
    {
        ServedModel served;
        if (source.IsBareModel)
        {
            served = ModelNames.IsValid(source.Name)
                ? Serve(source.Name!, manifest: null, o => InferenceModel.Load(source.Location, o))
                : throw new InvalidDataException($"{source.Location}: expected as name {ModelNames.Rule}, got '{source.Name}'; rename the file.");
        }
        else
        {
            using var package = await ModelPackage.OpenAsync(source.Location, _options.Packages, cancellationToken).ConfigureAwait(false);
            var name = source.Name ?? package.Manifest.Name;
            var bytes = await package.ReadAsync(ModelPackage.ModelFile, cancellationToken).ConfigureAwait(false);
            served = Serve(name, package.Manifest, o => InferenceModel.Load(bytes, name, o));
        }

        ServedModel Serve(string name, ModelManifest? manifest, Func<InferenceOptions, InferenceModel> load)
        {
            var model = load(_runners.SessionOptions(name));
            return new ServedModel(name, source.Version, model, manifest, _runners.Create(name, model));
        }

        try
        {
            if (served.Manifest is { } manifest)
            {
                ManifestCheck.ThrowIfUnfit(manifest, served.Model!);
            }

            WarmUp(served);
            return served;
        }
        catch
        {
            served.Release();
            throw;
        }
    }

    /// <summary>A model may be sound and yet not take zeros of size 1, so a failure is no reason not to serve it.</summary>
    private void WarmUp(ServedModel served)
    {
        try
        {
            if (_options.WarmUp)
            {
                served.Model?.WarmUp();
            }
        }
        catch (InferenceException e)
        {
            LogColdStart(e, served.Name);
        }
    }

    private static ServedModel Find(IReadOnlyList<ServedModel> versions, string version)
        => versions.FirstOrDefault(v => v.Version.ToString(provider: null) == version)
            ?? throw RequestException.NotFound(
                $"model '{versions[0].Name}': expected one of the versions [{string.Join(", ", versions.Select(v => v.Version))}], got '{version}'");

    private string DefaultName()
        => _options.DefaultModel
            ?? (_models.Count == 1 ? _models.Keys[0]
                : throw RequestException.BadRequest($"expected a model name, as ?model=, among [{string.Join(", ", Names)}]; several models are served"));

    [LoggerMessage(LogLevel.Information, "Serving {Model} version {Version}: {Inputs} -> {Outputs}")]
    private partial void LogLoaded(string model, int version, string inputs, string outputs);

    [LoggerMessage(LogLevel.Warning, "{Model} does not run on zeros; its first request will be slower")]
    private partial void LogColdStart(Exception exception, string model);

    [LoggerMessage(LogLevel.Error, "{Source} could not be loaded and is not served")]
    private partial void LogFailed(Exception exception, string source);
}
