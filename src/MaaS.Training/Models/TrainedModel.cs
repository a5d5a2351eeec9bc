using System.Reflection;
using System.Text.Json;
using MaaS.Core.Inference;
using MaaS.Core.Metrics;
using MaaS.Core.Packages;
using MaaS.Training.Data;
using MaaS.Training.Export;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace MaaS.Training.Models;

/// <summary>A classifier of <see cref="ModelCatalog"/> with its weights, kept in one <c>.safetensors</c> file.</summary>
/// <param name="module">The network; owned by this object.</param>
/// <param name="info">What it is and where it came from.</param>
public sealed class TrainedModel(nn.Module<Tensor, Tensor> module, TrainedModelInfo info) : IDisposable
{
    /// <summary>What names of files with trained models end in.</summary>
    public const string Extension = ".safetensors";

    private const string MetadataKey = "maas";

    /// <summary>Takes (B, C, H, W) float32 and returns logits (B, classes); in evaluation mode after <see cref="Load"/>.</summary>
    public nn.Module<Tensor, Tensor> Module { get; } = module;

    /// <summary>What it is and where it came from.</summary>
    public TrainedModelInfo Info { get; } = info;

    /// <summary>Creates a model of the catalogue and trains it.</summary>
    /// <param name="architecture">Name in <see cref="ModelCatalog"/>.</param>
    /// <param name="dataName">Name of the data set, for the description.</param>
    /// <param name="train">What to learn from; <see cref="TrainerOptions.ValidationFraction"/> of it is held back.</param>
    /// <param name="options">How to train; the seed also draws the first weights.</param>
    /// <param name="progress">As in <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellationToken">As in <see cref="Trainer.Fit"/>.</param>
    /// <returns>The trained model and how training went; the caller owns the model.</returns>
    public static (TrainedModel Model, TrainingResult Result) Train(
        string architecture, string dataName, ImageDataset train, TrainerOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        var trainer = new Trainer(options);
        var module = ModelCatalog.Create(architecture, train.InputShape, train.Classes.Count, options.Seed);
        try
        {
            var result = trainer.Fit(module, train, null, progress, cancellationToken);
            return (new TrainedModel(module, new TrainedModelInfo
            {
                Architecture = architecture,
                InputShape = train.InputShape,
                Classes = train.Classes,
                Mean = train.Mean,
                Std = train.Std,
                Data = dataName,
                DataHash = train.Sha256(),
                Options = options,
                Epochs = result.Epochs,
            }), result);
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    /// <summary>Writes weights and description, whole or not at all.</summary>
    /// <param name="path">Replaced when it exists; its folder is created.</param>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ModelWeights.Save(path, Module, new Dictionary<string, string>
        {
            [MetadataKey] = JsonSerializer.Serialize(Info, TrainingJson.Default.TrainedModelInfo),
        });
    }

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is damaged, was not written by MaaS, or its weights do not fit its architecture.</exception>
    public static TrainedModel Load(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(MetadataKey, out var json))
        {
            throw new InvalidDataException(
                $"{path}: expected a model that MaaS trained, got a safetensors file without a '{MetadataKey}' entry in its metadata.");
        }

        var (info, module) = Describe(path, json);
        try
        {
            ModelWeights.Fill(module.state_dict(), file, path);
            module.eval();
            return new TrainedModel(module, info);
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    /// <summary>Exports the network with a dynamic batch axis, input <c>image</c> and output <c>logits</c>.</summary>
    /// <exception cref="OnnxExportException">ONNX Runtime does not reproduce torch's outputs.</exception>
    public OnnxExportResult Export()
    {
        using var scope = NewDisposeScope();
        var device = Module.parameters().FirstOrDefault()?.device ?? CPU;
        var example = randn([2, .. Info.InputShape]).to(device);   // (B, C, H, W)
        return OnnxExporter.Export(Module, example, new OnnxExportOptions
        {
            InputNames = ["image"],
            OutputNames = ["logits"],
            GraphName = Info.Architecture,
            Metadata = new Dictionary<string, string> { ["labels"] = JsonSerializer.Serialize(Info.Classes) },
        });
    }

    /// <summary>Writes a model package: network, weights, labels, preprocessing, metrics and lineage.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder. Replaced when it exists.</param>
    /// <param name="name">Name under which it is served.</param>
    /// <param name="export">What <see cref="Export"/> gave.</param>
    /// <param name="report">Results on held-back data; null where there are none.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    public async Task PackAsync(
        string path, string name, OnnxExportResult export, ClassificationReport? report = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(export);
        var network = export.Model.ToByteArray();
        using var inference = InferenceModel.Load(network, name);
        var weights = Path.Combine(Path.GetTempPath(), $"maas-{Guid.NewGuid():n}.safetensors");
        try
        {
            Save(weights);
            await ModelPackage.CreateAsync(
                path,
                Manifest(name, inference, report),
                new Dictionary<string, PackageContent>
                {
                    [ModelPackage.ModelFile] = PackageContent.FromBytes(network),
                    ["weights.safetensors"] = PackageContent.FromFile(weights),
                },
                new PackageWriteOptions { Overwrite = true },
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(weights);
        }
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => Module.Dispose();

    private ModelManifest Manifest(string name, InferenceModel inference, ClassificationReport? report) => new()
    {
        Name = name,
        Task = ModelManifest.Classification,
        Created = DateTimeOffset.UtcNow,
        Description = $"{Info.Architecture} trained on {Info.Data}",
        Inputs = inference.Inputs,
        Outputs = inference.Outputs,
        Preprocessing = new ImagePreprocessing(
            1 / 255.0, [.. Enumerable.Repeat(Info.Mean, (int)Info.InputShape[0])], [.. Enumerable.Repeat(Info.Std, (int)Info.InputShape[0])]),
        Labels = Info.Classes,
        Metrics = report is null ? null : new Dictionary<string, double>
        {
            ["accuracy"] = report.Accuracy,
            ["macro_precision"] = report.Macro.Precision,
            ["macro_recall"] = report.Macro.Recall,
            ["macro_f1"] = report.Macro.F1,
        },
        Lineage = new ModelLineage
        {
            DataHash = Info.DataHash,
            CodeVersion = typeof(TrainedModel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            Hyperparameters = Info.Options is { } options ? Hyperparameters(options) : null,
        },
    };

    private static Dictionary<string, string> Hyperparameters(TrainerOptions options) => new()
    {
        ["epochs"] = Invariant($"{options.Epochs}"),
        ["batch_size"] = Invariant($"{options.BatchSize}"),
        ["optimizer"] = $"{options.Optimizer}",
        ["learning_rate"] = Invariant($"{options.LearningRate}"),
        ["schedule"] = $"{options.Schedule}",
        ["weight_decay"] = Invariant($"{options.WeightDecay}"),
        ["precision"] = $"{options.Precision}",
        ["seed"] = Invariant($"{options.Seed}"),
    };

    private static (TrainedModelInfo Info, nn.Module<Tensor, Tensor> Module) Describe(string path, string json)
    {
        try
        {
            var info = JsonSerializer.Deserialize(json, TrainingJson.Default.TrainedModelInfo) ?? throw new JsonException("got null");
            return (info, ModelCatalog.Create(info.Architecture, info.InputShape, info.Classes.Count));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{path}: expected a description of the model in its metadata: {e.Message}", e);
        }
    }
}
