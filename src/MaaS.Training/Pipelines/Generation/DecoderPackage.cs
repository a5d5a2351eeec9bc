using MaaS.Core.Generation;
using MaaS.Core.Packages;
using MaaS.Text;
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
        this CausalLanguageModel model, string path, string name, Tokenizer tokenizer, IReadOnlyList<string>? stopTokens = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (tokenizer.VocabSize > model.Vocabulary)
        {
            throw new ArgumentException(
                $"{model.GetType().Name}: expected a tokenizer of at most {model.Vocabulary} tokens, got {tokenizer.VocabSize}; "
                    + "it belongs to another model.", nameof(tokenizer));
        }

        long[] stops = [.. (stopTokens ?? []).Select(t => (long)(tokenizer.TokenToId(t)
            ?? throw new ArgumentException(
                $"{model.GetType().Name}: expected stop tokens of the tokenizer, got '{t}'.", nameof(stopTokens))))];
        var network = DecoderExport.Export(model).Model;
        LogitsToKeep.Add(network);
        await NetworkPackage.WriteAsync(
            path,
            new ModelManifest
            {
                Name = name,
                Task = ModelManifest.TextGeneration,
                Generation = new GenerationSettings(model.MaxLength, stops),
            },
            network,
            new Dictionary<string, PackageContent>
            {
                [TextGenerator.TokenizerFile] = PackageContent.FromBytes(tokenizer.ToJson()),
            },
            cancellationToken: cancellationToken).ConfigureAwait(false);
    }
}
