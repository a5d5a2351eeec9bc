using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Text;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data.Text;
using MaaS.Training.Export;
using MaaS.Training.Fitting;
using MaaS.Training.Interop;
using MaaS.Training.Models;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Bert;
using MaaS.Training.Reports;
using static TorchSharp.torch;
using TextEncoder = MaaS.Core.Packages.TextEncoder;

namespace MaaS.Training.Pipelines;

/// <summary>A text classifier of <see cref="ModelCatalog"/> with its weights and tokenizer, kept in one
/// <c>.safetensors</c> file.</summary>
public sealed partial class TrainedTextModel : TrainedClassifier
{
    /// <summary>The architecture of networks that were fine-tuned from a pre-trained BERT.</summary>
    public const string BertArchitecture = "bert";

    private const string MetadataKey = "maas-text", TokenizerKey = "tokenizer";

    private readonly PaddedSequences _padded;
    private TrainedTextModelInfo _info;

    /// <summary>Puts a model together.</summary>
    /// <param name="module">Takes ids and mask, (B, T) int64, and returns logits (B, classes); owned by this
    /// object.</param>
    /// <param name="tokenizer">Gives the ids.</param>
    /// <param name="info">What it is and where it came from.</param>
    public TrainedTextModel(nn.Module<Tensor, Tensor, Tensor> module, Tokenizer tokenizer, TrainedTextModelInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        _info = info;
        Encoder = new TextEncoder(info.Preprocessing, tokenizer);
        _padded = new PaddedSequences(
            module, Encoder.PaddingId, Encoder.UnknownId ?? Encoder.PaddingId, info.Sizes.TokenDropout);
    }

    /// <summary>Takes ids and mask, (B, T) int64, and returns logits (B, classes); in evaluation mode after
    /// <see cref="Load"/>.</summary>
    public nn.Module<Tensor, Tensor, Tensor> Module => _padded.Model;

    /// <summary>Turns texts into the network's inputs.</summary>
    public TextEncoder Encoder { get; }

    /// <summary>What it is and where it came from.</summary>
    public override TrainedTextModelInfo Info => _info;

    private protected override nn.Module Network => Module;

    /// <summary>How text classifiers are trained where nothing else is asked for.</summary>
    public static TrainerOptions DefaultTraining { get; } = new()
    {
        Epochs = 5,
        BatchSize = 32,
        Optimizer = OptimizerKind.AdamW,
        LearningRate = 1e-3,
        WeightDecay = 0.01,
        GradientClipNorm = 1,
        LabelSmoothing = 0.05,
    };

    /// <summary>How a pre-trained network is fine-tuned where nothing else is asked for.</summary>
    public static TrainerOptions FineTuning { get; } = new()
    {
        Epochs = 3,
        BatchSize = 16,
        Optimizer = OptimizerKind.AdamW,
        LearningRate = 2e-5,
        WeightDecay = 0.01,
        GradientClipNorm = 1,
    };

    /// <summary>Whether a file was written by <see cref="TrainedClassifier.Save"/>.</summary>
    /// <exception cref="InvalidDataException">It is no safetensors file.</exception>
    public static bool IsTextModel(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        return file.Metadata.ContainsKey(MetadataKey);
    }

    /// <summary>Class probabilities of cleaned texts, longer ones truncated.</summary>
    /// <param name="texts">Cleaned as <see cref="TextEncoder.Preprocessing"/> says.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>(texts, classes), row-major.</returns>
    public float[] Probabilities(TextCorpus texts, CancellationToken cancellationToken = default)
    {
        const int Batch = 64;
        var (data, positions) = Dataset(texts).SortedByLength();
        var classes = Info.Classes.Count;
        var result = new float[positions.Length * classes];
        using var evaluation = new EvaluationMode(_padded);
        using var noGrad = no_grad();
        var device = Module.parameters().First().device;
        for (var start = 0; start < positions.Length; start += Batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var count = Math.Min(Batch, positions.Length - start);
            var (ids, _) = data.GetBatch(arange(start, start + count, ScalarType.Int64), device);
            var rows = nn.functional.softmax(_padded.call(ids), 1).cpu().data<float>().ToArray();   // (B, classes)
            for (var i = 0; i < count; i++)
            {
                rows.AsSpan(i * classes, classes).CopyTo(result.AsSpan(positions[start + i] * classes));
            }
        }

        return result;
    }

    /// <summary>Precision, recall, F1 and ROC-AUC on cleaned texts.</summary>
    public TextEvaluation Evaluate(TextCorpus texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return TextEvaluation.From(
            Info.Architecture, Probabilities(texts, cancellationToken), [.. texts.Targets], Info.Classes,
            Info.Positive);
    }

    /// <summary>Cleaned texts as token ids, longer ones truncated.</summary>
    public TextDataset Dataset(TextCorpus texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return new TextDataset(
            [.. texts.Texts.AsParallel().AsOrdered().Select(Encoder.Truncating().EncodeClean)], texts.Targets,
            texts.Classes, Encoder.PaddingId);
    }

    /// <summary>Reads a file that <see cref="TrainedClassifier.Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is damaged, holds no text classifier, or its weights do not fit its
    /// architecture.</exception>
    public static TrainedTextModel Load(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(MetadataKey, out var json)
            || !file.Metadata.TryGetValue(TokenizerKey, out var tokenizer))
        {
            throw new InvalidDataException(
                $"{path}: expected a text classifier that MaaS trained, got a safetensors file without '{MetadataKey}' "
                    + $"and '{TokenizerKey}' in its metadata.");
        }

        var model = FromJson<TrainedTextModelInfo, TrainedTextModel>(
            path, json, info => Create(info, path, tokenizer, file));
        try
        {
            ModelWeights.Fill(model.Module.state_dict(), file, path);
            model.Module.eval();
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Exports the network with dynamic batch and sequence axes: <c>input_ids</c> and <c>attention_mask</c> to
    /// <c>logits</c>.</summary>
    /// <exception cref="OnnxExportException">ONNX Runtime does not reproduce torch's outputs.</exception>
    public override OnnxExportResult Export()
    {
        using var scope = NewDisposeScope();
        var device = Module.parameters().First().device;
        var length = Math.Min(16, Info.Preprocessing.MaxLength);
        long[] tokens = [.. Enumerable.Range(0, 2 * length).Select(i => (i * 37L) % Info.Vocabulary)];
        // The second text is padded.
        long[] kept = [.. Enumerable.Range(0, 2 * length).Select(i => i < 2 * length - (length / 4) ? 1L : 0)];
        var ids = tensor(tokens, [2, length], ScalarType.Int64).to(device);                     // (B, T)
        var mask = tensor(kept, [2, length], ScalarType.Int64).to(device);                      // (B, T)
        var result = OnnxExporter.Export(Module, [ids, mask], new OnnxExportOptions
        {
            InputNames = [TextEncoder.InputIds, TextEncoder.AttentionMask],
            OutputNames = ["logits"],
            DynamicAxes = new DynamicAxes
            {
                { TextEncoder.InputIds, 0, "batch" }, { TextEncoder.InputIds, 1, "sequence" },
                { TextEncoder.AttentionMask, 0, "batch" }, { TextEncoder.AttentionMask, 1, "sequence" },
            },
            GraphName = Info.Architecture,
        });
        result.Model.SetLabels(Info.Classes);
        return result;
    }

    /// <summary>Writes a model package: network, weights, tokenizer, labels, preprocessing, metrics and
    /// lineage.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder. Replaced when it
    /// exists.</param>
    /// <param name="name">Name under which it is served.</param>
    /// <param name="export">What <see cref="Export"/> gave.</param>
    /// <param name="evaluation">Results on held-back texts; null where there are none.</param>
    /// <param name="training">Cleaned texts whose spread the package describes, so that a server can measure drift from
    /// them; null for none.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    public Task PackAsync(
        string path, string name, OnnxExportResult export, TextEvaluation? evaluation = null,
        TextCorpus? training = null,
        CancellationToken cancellationToken = default)
        => WritePackageAsync(
            path, name, export, evaluation is null ? null : PackageMetrics.Of(evaluation.Summary),
            training is null ? null : network => TrainingBaseline.Of(network, Encoder, training, cancellationToken),
            cancellationToken);

    /// <inheritdoc/>
    public override ModelManifest Describe(string name) => base.Describe(name) with { Text = Info.Preprocessing };

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _padded.Dispose();   // Frees the network, which may be freed twice.
        base.Dispose(disposing);
    }

    private protected override IReadOnlyDictionary<string, string> Metadata() => new Dictionary<string, string>
    {
        [MetadataKey] = JsonSerializer.Serialize(Info, TrainingJson.Options),
        [TokenizerKey] = Encoding.UTF8.GetString(Encoder.Tokenizer.ToJson()),
    };

    private protected override IReadOnlyDictionary<string, PackageContent> PackageFiles()
        => new Dictionary<string, PackageContent>
        {
            [TextPreprocessing.TokenizerFile] = PackageContent.FromBytes(Encoder.Tokenizer.ToJson()),
        };

    // Of what training sees: equal texts under another tokenizer or another limit are other data.
    private string HashWith(TextCorpus learned) => Convert.ToHexStringLower(SHA256.HashData(
        [.. JsonSerializer.SerializeToUtf8Bytes(Info.Preprocessing, TrainingJson.Options),
            .. Encoding.UTF8.GetBytes(learned.Sha256()), .. Encoder.Tokenizer.ToJson()]));

    private static TrainedTextModel Create(TrainedTextModelInfo info, Tokenizer tokenizer, int? seed = null)
        => new(CreateNetwork(info, seed), tokenizer, info);

    private static nn.Module<Tensor, Tensor, Tensor> CreateNetwork(TrainedTextModelInfo info, int? seed)
    {
        if (info.Architecture != BertArchitecture)
        {
            return ModelCatalog.Create(
                info.Architecture, info.Sizes, info.Vocabulary, info.Classes.Count, info.Preprocessing.MaxLength, seed);
        }

        var config = info.Bert ?? throw new ArgumentException($"{BertArchitecture}: expected its sizes, got none.");
        if (config.Labels != info.Classes.Count || info.Preprocessing.MaxLength > config.MaxPositionEmbeddings)
        {
            throw new ArgumentException(
                $"{BertArchitecture}: expected {info.Classes.Count} classes and texts of at most "
                    + $"{config.MaxPositionEmbeddings} tokens, got {config.Labels} classes and "
                    + $"{info.Preprocessing.MaxLength} tokens.");
        }

        if (seed is { } value)
        {
            manual_seed(value);
        }

        return new BertClassifier(config, info.Pooling);
    }

    private static TrainedTextModel Create(
        TrainedTextModelInfo info, string path, string tokenizer, SafeTensorsFile file)
    {
        _ = new LabelEncoder(info.Classes);   // Distinct names, at least two.
        var isTransformer = info.Architecture is "transformer" or BertArchitecture;
        WeightCount.ThrowIfFarTooFew(path, info.Vocabulary, new TransformerOptions
        {
            Width = info.Sizes.Width,
            Layers = info.Sizes.Layers,
            FeedForward = isTransformer ? info.Sizes.FeedForward : info.Sizes.Width,
            MaxLength = !isTransformer || info.Sizes.Positions != PositionKind.Learned ? 1
                : (int)(info.Bert?.MaxPositionEmbeddings ?? info.Preprocessing.MaxLength),
        }, file.Entries.Select(static e => e.Shape));
        return Create(info, Tokenizer.FromJson(Encoding.UTF8.GetBytes(tokenizer)));
    }
}
