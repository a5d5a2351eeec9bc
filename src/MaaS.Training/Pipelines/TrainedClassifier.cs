using System.Reflection;
using System.Text.Json;
using MaaS.Core.Drift;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Training.Checkpoints;
using MaaS.Training.Export;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines;

/// <summary>
/// A classifier of a catalogue with its weights, kept in one <c>.safetensors</c> file: of images
/// (<see cref="TrainedModel"/>) or of texts (<see cref="TrainedTextModel"/>).
/// </summary>
public abstract class TrainedClassifier : IDisposable
{
    /// <summary>What names of files with trained models end in.</summary>
    public const string Extension = ".safetensors";

    private protected TrainedClassifier()
    {
    }

    /// <summary>What it is and where it came from.</summary>
    public abstract TrainedClassifierInfo Info { get; }

    /// <summary>The network, whose state dictionary the file holds.</summary>
    private protected abstract nn.Module Network { get; }

    /// <summary>Writes weights and description, whole or not at all.</summary>
    /// <param name="path">Replaced when it exists; its folder is created.</param>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ModelWeights.Save(path, Network, Metadata());
    }

    /// <summary>Exports the network; sizes that serving may vary are dynamic axes.</summary>
    /// <exception cref="OnnxExportException">ONNX Runtime does not reproduce torch's outputs.</exception>
    public abstract OnnxExportResult Export();

    /// <summary>What a package of the model says of it, but for inputs, outputs and metrics.</summary>
    /// <param name="name">Name under which it is served.</param>
    public virtual ModelManifest Describe(string name) => new()
    {
        Name = name,
        Task = ModelManifest.Classification,
        Created = DateTimeOffset.UtcNow,
        Description = $"{Info.Architecture} trained on {Info.Data}"
            + (Info.Pretrained is { } start ? $", from {start}" : ""),
        Labels = Info.Classes,
        Lineage = new ModelLineage
        {
            DataHash = Info.DataHash,
            CodeVersion = typeof(TrainedClassifier).Assembly
                .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            Hyperparameters = Info.Options is { } options ? Hyperparameters.From(options, Info.Pretrained) : null,
            Compression = Info.Compression.Count > 0 ? Info.Compression : null,
        },
    };

    /// <summary>Frees the network.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the network.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing) => Network.Dispose();

    /// <summary>What the file says of the model, by key.</summary>
    private protected abstract IReadOnlyDictionary<string, string> Metadata();

    /// <summary>Files that a package needs beside network and weights, by path.</summary>
    private protected virtual IReadOnlyDictionary<string, PackageContent> PackageFiles()
        => new Dictionary<string, PackageContent>();

    /// <summary>Writes a package with the weights.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder.</param>
    /// <param name="name">Name under which it is served.</param>
    /// <param name="export">What <see cref="Export"/> gave.</param>
    /// <param name="metrics">Results on held-back data; null where there are none.</param>
    /// <param name="baseline">Measures the spread of the training data; null for none.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    private protected async Task WritePackageAsync(
        string path, string name, OnnxExportResult export, IReadOnlyDictionary<string, double>? metrics,
        Func<InferenceModel, DriftBaseline>? baseline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(export);
        var weights = Path.Combine(Path.GetTempPath(), $"maas-{Guid.NewGuid():n}{Extension}");
        try
        {
            Save(weights);
            await NetworkPackage.WriteAsync(
                path,
                Describe(name) with { Metrics = metrics },
                export.Model,
                new Dictionary<string, PackageContent>(PackageFiles())
                {
                    [NetworkPackage.WeightsFile] = PackageContent.FromFile(weights),
                },
                baseline,
                cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(weights);
        }
    }

    /// <summary>Reads the description in a file's metadata and makes the model that it describes.</summary>
    /// <param name="path">What errors call the file.</param>
    /// <param name="json">The description.</param>
    /// <param name="create">Makes a model with fresh weights.</param>
    /// <exception cref="InvalidDataException">The description is damaged or describes no model of the
    /// catalogue.</exception>
    private protected static TModel FromJson<TInfo, TModel>(string path, string json, Func<TInfo, TModel> create)
        where TInfo : TrainedClassifierInfo
    {
        try
        {
            return create(
                JsonSerializer.Deserialize<TInfo>(json, TrainingJson.Options) ?? throw new JsonException("got null"));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException(
                $"{path}: expected a description of the model in its metadata: {e.Message}", e);
        }
    }
}
