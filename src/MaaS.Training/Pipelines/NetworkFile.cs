using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Text;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data;

namespace MaaS.Training.Pipelines;

/// <summary>A network and what is known of it, from any of the files that hold one.</summary>
/// <param name="Model">The network.</param>
/// <param name="Manifest">What is known; of a bare <c>.onnx</c> file little more than its name.</param>
public sealed record NetworkFile(OnnxModel Model, ModelManifest Manifest)
{
    private static readonly string[] Replaced = [ModelPackage.ModelFile, NetworkPackage.WeightsFile, "report.html"];

    // Beside the weights, what a language model's package has of a checkpoint.
    private static readonly string[] CheckpointFiles =
        [ModelConfig.FileName, PretrainedDecoder.GenerationConfigFile];

    /// <summary>Files of a package that go with the network, as a tokenizer, by path; weights of torch are not among
    /// them, nor what describes them as a checkpoint.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Whether a path names a trained model of torch's, which can be pruned.</summary>
    public static bool IsTrainedModel(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(TrainedClassifier.Extension, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">A trained model (<c>.safetensors</c>), which is exported; an <c>.onnx</c> file; or a
    /// package.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another kind.</exception>
    public static async Task<NetworkFile> OpenAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path));
        if (IsTrainedModel(path) && TrainedTextModel.IsTextModel(path))
        {
            using var trained = TrainedTextModel.Load(path);
            return new NetworkFile(trained.Export().Model, trained.Describe(name))
            {
                Files = new Dictionary<string, byte[]>
                {
                    [TextPreprocessing.TokenizerFile] = trained.Encoder.Tokenizer.ToJson(),
                },
            };
        }

        if (IsTrainedModel(path))
        {
            using var trained = TrainedModel.Load(path);
            return new NetworkFile(trained.Export().Model, trained.Describe(name));
        }

        if (path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            var model = OnnxModel.Load(path);
            return new NetworkFile(
                model, new ModelManifest
                {
                    Name = name,
                    Task = ModelManifest.Classification,
                    Labels = Labels(path, model),
                });
        }

        using var package = await ModelPackage.OpenAsync(path, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var network = await package.ReadNetworkAsync(cancellationToken).ConfigureAwait(false);
        Dictionary<string, byte[]> files = [];
        foreach (var file in package.Manifest.Files.Keys.Except(Replaced)
            .Where(f => package.Manifest.Task != ModelManifest.TextGeneration || !IsOfCheckpoint(f))
            .Except(await package.NetworkFilesAsync(cancellationToken).ConfigureAwait(false)))
        {
            files[file] = await package.ReadAsync(file, cancellationToken).ConfigureAwait(false);
        }

        return new NetworkFile(network, package.Manifest) { Files = files };
    }

    /// <summary>What turns texts into the network's inputs.</summary>
    /// <exception cref="InvalidDataException">The network does not read texts, or its tokenizer is missing or cannot be
    /// used.</exception>
    public TextEncoder TextEncoder()
        => Manifest.Text is { } text && Files.TryGetValue(TextPreprocessing.TokenizerFile, out var tokenizer)
            ? new TextEncoder(text, Tokenizer.FromJson(tokenizer))
            : throw new InvalidDataException(
                $"{Manifest.Name}: expected a network of texts with its {TextPreprocessing.TokenizerFile}, found "
                + "none.");

    /// <summary>The same network for images of a data set: its classes and normalisation stand where none are
    /// known.</summary>
    /// <param name="data">The images.</param>
    /// <exception cref="ArgumentException">The network tells other classes apart or takes images of another
    /// shape.</exception>
    public NetworkFile For(ImageDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var input = Model.Inputs is [var only] ? only : throw new ArgumentException(
            $"{Manifest.Name}: expected a network with one input, got {Model.Inputs.Count}: "
                + $"{string.Join(", ", Model.Inputs.Select(static i => i.Name))}.");
        var shape = OnnxDimension.ShapeOf(input);
        if (shape is null || shape.Length != data.InputShape.Count + 1
            || shape.Skip(1).Zip(data.InputShape).Any(static s => s.First.Size is { } size && size != s.Second))
        {
            throw new ArgumentException(
                $"{Manifest.Name}: expected images that fit the input {input.Name} ({string.Join(",", shape ?? [])}), "
                    + "got images "
                + $"({string.Join(",", data.InputShape)}).", nameof(data));
        }

        if (Manifest.Labels is { } labels && !labels.SequenceEqual(data.Classes))
        {
            throw new ArgumentException(
                $"{Manifest.Name} tells ({string.Join(", ", labels)}) apart, the data set has "
                    + $"({string.Join(", ", data.Classes)}).", nameof(data));
        }

        return this with
        {
            Manifest = Manifest with
            {
                Labels = data.Classes,
                Preprocessing = Manifest.Preprocessing ?? data.Preprocessing,
            },
        };
    }

    /// <summary>The same images, normalised as the network expects them; the caller owns the result.</summary>
    /// <exception cref="ArgumentException">The network's normalisation differs between channels or does not scale to
    /// 0…1.</exception>
    public ImageDataset Normalize(ImageDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return ImageNormalization.Apply(Manifest.Name, Manifest.Preprocessing ?? data.Preprocessing, data);
    }

    /// <summary>Writes a network made from this one, whole or not at all.</summary>
    /// <param name="path"><c>FILE.onnx</c> for the network alone; <c>FILE.maas</c> or a folder for a package. Replaced
    /// when it exists.</param>
    /// <param name="network">The smaller network.</param>
    /// <param name="step">What was done to it, in one line.</param>
    /// <param name="metrics">What was measured of it.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    public Task SaveAsync(
        string path, OnnxModel network, string step, IReadOnlyDictionary<string, double> metrics,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(network);
        if (path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            cancellationToken.ThrowIfCancellationRequested();
            network.Save(path);
            return Task.CompletedTask;
        }

        var lineage = Manifest.Lineage ?? new ModelLineage();
        var manifest = Manifest with
        {
            Name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path)),
            Metrics = metrics,
            Lineage = lineage with
            {
                Parent = Manifest.Version is { } version ? $"{Manifest.Name}/{version}" : Manifest.Name,
                Compression = [.. lineage.Compression ?? [], step],
            },
        };
        return NetworkPackage.WriteAsync(
            path, manifest, network,
            Files.ToDictionary(static f => f.Key, static f => PackageContent.FromBytes(f.Value)),
            cancellationToken: cancellationToken);
    }

    // A checkpoint of float32 beside a network that was made smaller would be larger than what it is made from, and
    // another model.
    private static bool IsOfCheckpoint(string file)
        => !file.Contains('/', StringComparison.Ordinal)
            && (CheckpointFiles.Contains(file)
                || file.EndsWith(".safetensors", StringComparison.Ordinal)
                || file.EndsWith(".safetensors.index.json", StringComparison.Ordinal));

    private static string[]? Labels(string path, OnnxModel model)
    {
        try
        {
            return model.GetMetadata("labels") is { } json
                ? JsonSerializer.Deserialize(json, NetworkFileJson.Default.StringArray) : null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{path}: expected a JSON array of names as the metadata 'labels': {e.Message}", e);
        }
    }
}

[JsonSerializable(typeof(string[]))]
internal sealed partial class NetworkFileJson : JsonSerializerContext;
