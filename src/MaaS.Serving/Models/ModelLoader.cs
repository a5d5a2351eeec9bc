using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Models.Triton;
using MaaS.Serving.Trust;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Models;

/// <summary>
/// Loads networks and packages. A package's files are verified before any of them is parsed, and every graph is checked
/// before ONNX Runtime has it.
/// </summary>
internal sealed partial class ModelLoader(
    IOptions<MaaSServingOptions> options, ModelRunnerFactory runners, IEnsembleLoader ensembles,
    IEnumerable<IFolderLoader> folders, PackageTrust trust, ILogger<ModelLoader> logger) : IModelLoader
{
    public async Task<ServedModel> LoadAsync(ModelSource source, CancellationToken cancellationToken)
    {
        switch (source.Kind)
        {
            case SourceKind.Ensemble:
                trust.ThrowIfPackageNeeded(source.Name, source.Location, "an ensemble");
                return await ensembles.LoadAsync(source, cancellationToken).ConfigureAwait(false);
            case SourceKind.Folder:
                trust.ThrowIfPackageNeeded(source.Name, source.Location, "a folder without a manifest");
                return await folders.First(f => f.Marker == source.Marker).LoadAsync(source, cancellationToken)
                    .ConfigureAwait(false);
            case SourceKind.Network:
                trust.ThrowIfPackageNeeded(source.Name, source.Location, "a bare network");
                GraphCheck.CheckFile(source.Location);
                return Serve(
                    source, ManifestOf(source), InferenceModel.Load(source.Location, OptionsOf(source, null)));
            default:
                using (var package = await ModelPackage.OpenAsync(
                    source.Location, trust.For(source.Name), cancellationToken).ConfigureAwait(false))
                {
                    var parts = await PackageParts.ReadAsync(package, cancellationToken).ConfigureAwait(false);
                    return Serve(
                        source, package.Manifest,
                        await package.LoadNetworkAsync(
                            source.Name, OptionsOf(source, package.Manifest), cancellationToken).ConfigureAwait(false),
                        parts);
                }
        }
    }

    private InferenceOptions OptionsOf(ModelSource source, ModelManifest? manifest) => runners.SessionOptions(
        source.Name, source.Config?.Options, runsAlone: manifest?.Task == ModelManifest.TextGeneration);

    private ServedModel Serve(
        ModelSource source, ModelManifest? manifest, InferenceModel model, PackageParts? parts = null)
    {
        try
        {
            if (source.Config is { } config)
            {
                TritonCheck.ThrowIfUnfit(config, model);
                WarnOf(source.Name, config);
            }
            else if (manifest is not null)
            {
                ManifestCheck.ThrowIfUnfit(manifest, model);
            }

            WarmUp(source, model);
            return new ServedModel(
                source.Name, source.Version, model, manifest,
                runners.Create(source.Name, model, source.Config?.Options))
            {
                MaxRows = source.Config?.MaxBatchSize is > 0 and var rows ? rows : null,
                MaxBatchSize = source.Config?.MaxBatchSize ?? runners.BatchSize(source.Name, model),
                Options = options.Value.For(source.Name, source.Config?.Options),
                Batching = runners.BatchingOf(source.Name, model, source.Config?.Options),
                Drift = parts?.Drift,
                Text = parts?.Text,
                Form = parts?.Form,
                ChatTemplate = parts?.Generation?.Chat.Template,
                ChatFault = parts?.Generation?.Chat.Fault,
                Generation = parts?.Generation is { } generation
                    ? runners.CreateGeneration(source.Name, model, manifest!.Generation!, generation) : null,
            };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>A model may be sound and yet not take zeros of size 1, so a failure is no reason not to serve
    /// it.</summary>
    private void WarmUp(ModelSource source, InferenceModel model)
    {
        if (source.Config is { Warmups: { Count: > 0 } warmups })
        {
            foreach (var warmup in warmups)
            {
                warmup.Run(model);
            }

            return;
        }

        try
        {
            if (options.Value.WarmUp)
            {
                model.WarmUp();
            }
        }
        catch (InferenceException e)
        {
            LogColdStart(e, source.Name);
        }
    }

    /// <summary>The labels of a configuration, where packages have theirs.</summary>
    private static ModelManifest? ManifestOf(ModelSource source)
        => source.Config?.Labels is { } labels ? new ModelManifest { Name = source.Name, Labels = labels } : null;

    private void WarnOf(string name, TritonConfig config)
    {
        if (config.Ignored.Count > 0)
        {
            LogIgnored(name, string.Join(", ", config.Ignored));
        }
    }

    [LoggerMessage(LogLevel.Warning, "config.pbtxt of {Model}: not done here: {Fields}")]
    private partial void LogIgnored(string model, string fields);

    [LoggerMessage(LogLevel.Warning, "{Model} does not run on zeros; its first request will be slower")]
    private partial void LogColdStart(Exception exception, string model);
}
