using System.Text;
using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Adapters;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Packages;
using MaaS.Text;
using MaaS.Training.Checkpoints;
using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>A <see cref="CausalLanguageModel"/> as a package that <see cref="TextGenerator"/> opens.</summary>
public static class DecoderPackage
{
    /// <summary>Exports a model, compares it with torch and writes a package with its tokenizer.</summary>
    /// <param name="model">Neither changed nor disposed.</param>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder. Replaced when it
    /// exists.</param>
    /// <param name="name">Name under which it is served.</param>
    /// <param name="tokenizer">The one that the model was trained with.</param>
    /// <param name="stopTokens">Tokens that end a text, such as <c>&lt;|endoftext|&gt;</c>; null for none.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="ArgumentException">The tokenizer or the stop tokens have ids that the model does not
    /// know.</exception>
    /// <exception cref="Export.OnnxExportException">ONNX Runtime does not reproduce torch's outputs.</exception>
    public static async Task PackAsync(
        this CausalLanguageModel model, string path, string name, Tokenizer tokenizer,
        IReadOnlyList<string>? stopTokens = null, CancellationToken cancellationToken = default)
        => await model.PackAsync(
            path, name, tokenizer, new DecoderPackageOptions { StopTokens = stopTokens ?? [] }, cancellationToken)
            .ConfigureAwait(false);

    /// <summary>Fails where a model's weights are too many for the package that is to hold them: to be asked before
    /// long work.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">Where its package is to be written.</param>
    /// <exception cref="ArgumentException">The path ends in <c>.maas</c>, and the weights are too many for a single
    /// file.</exception>
    public static void ThrowIfTooLarge(this CausalLanguageModel model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        NetworkPackage.ThrowIfTooLarge(path, sizeof(float) * (double)model.parameters().Sum(static p => p.numel()));
    }

    /// <summary>Exports a model, compares it with torch and writes a package with its tokenizer and what else is
    /// known.</summary>
    /// <param name="model">Neither changed nor disposed.</param>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder.</param>
    /// <param name="name">Name under which it is served.</param>
    /// <param name="tokenizer">The one that the model was trained with.</param>
    /// <param name="options">What goes along.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <returns>What the package says of itself.</returns>
    /// <exception cref="ArgumentException">The tokenizer or the stop tokens have ids that the model does not know, or
    /// the package is to be a checkpoint and no family has what the model has, or an adapter's name is
    /// none.</exception>
    /// <exception cref="InvalidDataException">An adapter's files are damaged or do not fit the model.</exception>
    /// <exception cref="FileNotFoundException">An adapter's folder has no adapter.</exception>
    /// <exception cref="IOException">The place cannot be written, or has a package that is not to be
    /// replaced.</exception>
    /// <exception cref="Export.OnnxExportException">ONNX Runtime does not reproduce torch's outputs.</exception>
    public static async Task<ModelManifest> PackAsync(
        this CausalLanguageModel model, string path, string name, Tokenizer tokenizer, DecoderPackageOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(options);
        if (tokenizer.VocabSize > model.Vocabulary)
        {
            throw new ArgumentException(
                $"{model.GetType().Name}: expected a tokenizer of at most {model.Vocabulary} tokens, got "
                    + $"{tokenizer.VocabSize}; it belongs to another model.", nameof(tokenizer));
        }

        long[] stops = [.. options.StopTokens.Select(t => (long)(tokenizer.TokenToId(t)
            ?? throw new ArgumentException(
                $"{model.GetType().Name}: expected stop tokens of the tokenizer, got '{t}'.", nameof(options))))];

        // What can be found wrong soon is: an export takes its time.
        ModelPackage.EnsureWritable(path, options.Overwrite);
        model.ThrowIfTooLarge(path);
        var adapters = Adapters(model, options.Adapters);
        Dictionary<string, PackageContent> files = new(StringComparer.Ordinal)
        {
            [TextGenerator.TokenizerFile] = PackageContent.FromBytes(tokenizer.ToJson()),
        };
        if (options.TokenizerConfig is { } settings)
        {
            files[ChatTemplate.ConfigFile] = PackageContent.FromBytes(Encoding.UTF8.GetBytes(settings));
        }

        if (options.Draft is { } draft)
        {
            if (draft.Vocabulary != model.Vocabulary || draft.MaxLength < model.MaxLength)
            {
                throw new ArgumentException(
                    $"{model.GetType().Name}: expected a draft model of {model.Vocabulary} tokens and sequences of at "
                        + $"least "
                        + $"{model.MaxLength}, got one of {draft.Vocabulary} and {draft.MaxLength}.", nameof(options));
            }

            var small = DecoderExport.Export(draft).Model;
            LogitsToKeep.Add(small);
            files[TextGenerator.DraftFile] = PackageContent.FromBytes(small.ToByteArray());
        }

        var network = DecoderExport.Export(model).Model;
        LogitsToKeep.Add(network);
        var scratch = Directory.CreateTempSubdirectory("maas-");
        try
        {
            AdapterInputs.Add(network, adapters.SelectMany(static a => a.Layers).Distinct());
            foreach (var adapter in adapters)
            {
                var file = Path.Combine(scratch.FullName, adapter.Name + ".safetensors");
                adapter.Save(file);
                files[AdapterWeights.FileOf(adapter.Name)] = PackageContent.FromFile(file);
            }

            if (options.IsCheckpoint)
            {
                var checkpoint = scratch.CreateSubdirectory("checkpoint");
                DecoderCheckpoint.Save(checkpoint.FullName, model);
                files[PretrainedDecoder.GenerationConfigFile] = PackageContent.FromBytes(
                    JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, long[]>
                    {
                        [PretrainedDecoder.EndKey] = stops,
                    }));
                foreach (var file in checkpoint.EnumerateFiles())
                {
                    files[file.Name] = PackageContent.FromFile(file.FullName);
                }
            }

            return await NetworkPackage.WriteAsync(
                path,
                new ModelManifest
                {
                    Name = name,
                    Description = options.Description,
                    Task = ModelManifest.TextGeneration,
                    Generation = new GenerationSettings(model.MaxLength, stops),
                    Metrics = options.Metrics,
                    Lineage = options.Lineage,
                },
                network, files, overwrite: options.Overwrite,
                cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static List<AdapterWeights> Adapters(
        CausalLanguageModel model, IReadOnlyDictionary<string, string> adapters)
    {
        List<AdapterWeights> weights = [];
        foreach (var (name, folder) in adapters)
        {
            if (!ModelNames.IsValid(name))
            {
                throw new ArgumentException(
                    $"adapters: expected as name {ModelNames.Rule}, got '{name}'.", nameof(adapters));
            }

            using var adapted = LoraCheckpoint.Load(folder, model);
            weights.Add(LoraCheckpoint.Weights(name, adapted));
        }

        return weights;
    }
}
