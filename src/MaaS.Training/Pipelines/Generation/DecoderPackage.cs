using System.Text;
using System.Text.Json;
using MaaS.Core.Generation;
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

    /// <summary>Exports a model, compares it with torch and writes a package with its tokenizer and what else is
    /// known.</summary>
    /// <param name="model">Neither changed nor disposed.</param>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder.</param>
    /// <param name="name">Name under which it is served.</param>
    /// <param name="tokenizer">The one that the model was trained with.</param>
    /// <param name="options">What goes along.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <returns>What the package says of itself.</returns>
    /// <exception cref="ArgumentException">The tokenizer or the stop tokens have ids that the model does not know, or the
    /// package is to be a checkpoint and no family has what the model has.</exception>
    /// <exception cref="Export.OnnxExportException">ONNX Runtime does not reproduce torch's outputs.</exception>
    /// <exception cref="InvalidOperationException">The weights take 2 GB and more, which one file of a package cannot
    /// hold.</exception>
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
        Dictionary<string, PackageContent> files = new(StringComparer.Ordinal)
        {
            [TextGenerator.TokenizerFile] = PackageContent.FromBytes(tokenizer.ToJson()),
        };
        if (options.TokenizerConfig is { } settings)
        {
            files[ChatTemplate.ConfigFile] = PackageContent.FromBytes(Encoding.UTF8.GetBytes(settings));
        }

        var checkpoint = options.IsCheckpoint ? Directory.CreateTempSubdirectory("maas-") : null;
        try
        {
            if (checkpoint is not null)
            {
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
                DecoderExport.Export(model).Model, files, overwrite: options.Overwrite,
                cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            checkpoint?.Delete(recursive: true);
        }
    }
}
