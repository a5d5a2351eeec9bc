using System.Text.Json;
using MaaS.Core.Drift;
using MaaS.Core.Metrics;
using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data;
using MaaS.Training.Export;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Pruning;
using MaaS.Training.Quantization;
using MaaS.Training.Reports;
using static System.FormattableString;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines;

/// <summary>A classifier of <see cref="ModelCatalog"/> with its weights, kept in one <c>.safetensors</c>
/// file.</summary>
/// <param name="module">The network; owned by this object.</param>
/// <param name="info">What it is and where it came from.</param>
public sealed class TrainedModel(nn.Module<Tensor, Tensor> module, TrainedModelInfo info) : TrainedClassifier
{
    private const string MetadataKey = "maas";

    private TrainedModelInfo _info = info;

    /// <summary>Takes (B, C, H, W) float32 and returns logits (B, classes); in evaluation mode after
    /// <see cref="Load"/>.</summary>
    public nn.Module<Tensor, Tensor> Module { get; } = module;

    /// <summary>What it is and where it came from.</summary>
    public override TrainedModelInfo Info => _info;

    private protected override nn.Module Network => Module;

    /// <summary>Creates a model of the catalogue and trains it.</summary>
    /// <param name="architecture">Name in <see cref="ModelCatalog"/>.</param>
    /// <param name="dataName">Name of the data set, for the description.</param>
    /// <param name="train">What to learn from; <see cref="TrainerOptions.ValidationFraction"/> of it is held
    /// back.</param>
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
        var dataHash = train.Sha256();
        var trainer = new Trainer(options with { DataHash = dataHash });
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
                DataHash = dataHash,
                Options = options.OfAll(),
                Epochs = result.Epochs,
            }), result);
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    /// <summary>Removes channels, in place, and fine-tunes after each step; the description records it.</summary>
    /// <param name="options">How far to go and which channels matter.</param>
    /// <param name="fineTuning">How to train after each step; null to not train.</param>
    /// <param name="train">What to learn from, normalised as the model was trained.</param>
    /// <param name="progress">As in <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellationToken">Checked between runs and training steps; the network is of no use
    /// afterwards.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="PruningException">The goal cannot be reached, or nothing can be removed.</exception>
    public PruningReport Prune(
        ChannelPruningOptions options, TrainerOptions? fineTuning, ImageDataset train,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var example = Example();
        var pruner = new Pruner(Module, example);
        var report = fineTuning is null
            ? pruner.Prune(options, cancellationToken: cancellationToken)
            : pruner.Prune(options, new Trainer(fineTuning), train, null, progress, cancellationToken);
        if (report.Final.Parameters == report.Before.Parameters)
        {
            throw new PruningException(
                $"Prune: expected channels to remove, found none in {Info.Architecture}: "
                + string.Join("; ", report.Fixed.Select(static f => $"{f.Layer} {f.Reason}")) + ".");
        }

        Module.eval();
        _info = Info with { Compression = [.. Info.Compression, PruningStepText.Of(report, fineTuning)] };
        return report;
    }

    /// <summary>The same images in the same memory, normalised as the network expects them; the caller owns the
    /// result.</summary>
    /// <exception cref="ArgumentException">The network takes images of another shape, tells other classes apart, or
    /// normalises each channel otherwise.</exception>
    public ImageDataset Normalized(ImageDataset images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (!images.InputShape.SequenceEqual(Info.InputShape) || !images.Classes.SequenceEqual(Info.Classes))
        {
            throw new ArgumentException(
                $"{Info.Architecture}: expected images ({string.Join(",", Info.InputShape)}) of "
                    + $"{string.Join(", ", Info.Classes)}, got ({string.Join(",", images.InputShape)}) of "
                    + $"{string.Join(", ", images.Classes)}.", nameof(images));
        }

        return ImageNormalization.Apply(Info.Architecture, Preprocessing, images);
    }

    // The weights as they are now, with what was done to get them.
    internal void SaveWith(string path, IReadOnlyList<string> steps)
        => new TrainedModel(Module, Info with { Compression = [.. Info.Compression, .. steps] }).Save(path);

    /// <summary>Reads a file that <see cref="TrainedClassifier.Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is damaged, was not written by MaaS, or its weights do not fit its
    /// architecture.</exception>
    public static TrainedModel Load(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(MetadataKey, out var json))
        {
            throw new InvalidDataException(
                $"{path}: expected a model that MaaS trained, got a safetensors file without a '{MetadataKey}' entry "
                    + "in its metadata.");
        }

        var model = FromJson<TrainedModelInfo, TrainedModel>(path, json, Create);
        try
        {
            if (model.Info.Compression.Count > 0)
            {
                PrunedWeights.Fill(model.Module, model.Info, file, path);
            }
            else
            {
                ModelWeights.Fill(model.Module.state_dict(), file, path);
            }

            model.Module.eval();
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Exports the network with a dynamic batch axis, input <c>image</c> and output <c>logits</c>.</summary>
    /// <exception cref="OnnxExportException">ONNX Runtime does not reproduce torch's outputs.</exception>
    public override OnnxExportResult Export()
    {
        using var example = Example();
        var result = OnnxExporter.Export(Module, example, ExportOptions);
        SetMetadata(result.Model);
        return result;
    }

    /// <summary>Trains on with the rounding that int8 brings, and gives the int8 network; the description records
    /// it.</summary>
    /// <param name="train">What to learn from, normalised as the model was trained.</param>
    /// <param name="training">How: a few epochs at a small learning rate.</param>
    /// <param name="options">What to round; null for the defaults.</param>
    /// <param name="examples">Training images that give ranges to values no layer's training sees, at least 1.</param>
    /// <param name="progress">As in <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellationToken">As in <see cref="Trainer.Fit"/>; the weights are those of the last complete
    /// step.</param>
    /// <exception cref="ArgumentException">A name in the options is unknown, or a value out of its range.</exception>
    public QuantizationAwareResult TrainQuantized(
        ImageDataset train, TrainerOptions training, QuantizationAwareOptions? options = null, int examples = 256,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, 1);
        using var aware = QuantizationAware.Prepare(Module, options);
        new Trainer(training).Fit(Module, train, null, progress, cancellationToken);
        Module.eval();
        using var scope = NewDisposeScope();
        var (images, _) = train.GetBatch(
            arange(0, Math.Min(examples, train.Count), ScalarType.Int64), Module.parameters().First().device);
        var result = aware.Export(images, ExportOptions);
        SetMetadata(result.Model);
        _info = Info with
        {
            Compression = [.. Info.Compression, Invariant($"quantization-aware training: {training.Epochs} epochs")],
        };
        return result;
    }

    /// <summary>Writes a model package: network, weights, labels, preprocessing, metrics and lineage.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder. Replaced when it
    /// exists.</param>
    /// <param name="name">Name under which it is served.</param>
    /// <param name="export">What <see cref="Export"/> gave.</param>
    /// <param name="report">Results on held-back data; null where there are none.</param>
    /// <param name="training">Images whose spread the package describes, so that a server can measure drift from them;
    /// null for none.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    public Task PackAsync(
        string path, string name, OnnxExportResult export, ClassificationReport? report = null,
        ImageDataset? training = null,
        CancellationToken cancellationToken = default)
        => WritePackageAsync(
            path, name, export, report is null ? null : PackageMetrics.Of(report),
            training is null ? null : network => Baseline(network, training, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ModelManifest Describe(string name) => base.Describe(name) with { Preprocessing = Preprocessing };

    /// <summary>How image files become the network's inputs, as packages state it.</summary>
    public ImagePreprocessing Preprocessing => Info.Preprocessing ?? new(
        1 / 255.0, [.. Enumerable.Repeat(Info.Mean, (int)Info.InputShape[0])],
        [.. Enumerable.Repeat(Info.Std, (int)Info.InputShape[0])]);

    private OnnxExportOptions ExportOptions => new()
    {
        InputNames = ["image"],
        OutputNames = ["logits"],
        GraphName = Info.Architecture,
    };

    private void SetMetadata(OnnxModel model)
    {
        model.SetLabels(Info.Classes);
        model.SetPreprocessing(Preprocessing);
    }

    // Two images, so that no axis of the trace is 1 by chance.
    private Tensor Example()
    {
        using var scope = NewDisposeScope();
        // (B, C, H, W)
        return randn([2, .. Info.InputShape]).to(Module.parameters().FirstOrDefault()?.device ?? CPU)
            .MoveToOuterDisposeScope();
    }

    private protected override IReadOnlyDictionary<string, string> Metadata() => new Dictionary<string, string>
    {
        [MetadataKey] = JsonSerializer.Serialize(Info, TrainingJson.Options),
    };

    private DriftBaseline Baseline(InferenceModel network, ImageDataset training, CancellationToken cancellationToken)
    {
        using var images = Normalized(training);
        return TrainingBaseline.Of(network, images, cancellationToken);
    }

    private static TrainedModel Create(TrainedModelInfo info) => new(DescribedNetwork.Create(info), info);
}
