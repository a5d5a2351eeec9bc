using MaaS.Core.Importing;
using MaaS.Core.Packages;
using MaaS.Training.Checkpoints;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>A checkpoint of a language model as a package that is served.</summary>
public static class DecoderImport
{
    /// <summary>Reads a folder of weights, exports the model, compares it with torch and packs it with tokenizer and
    /// chat template.</summary>
    /// <param name="folder">Holds <c>config.json</c>, the weights and the tokenizer.</param>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder.</param>
    /// <param name="options">Name, description, overwriting.</param>
    /// <param name="adapters">Folders of low-rank adapters, by the names under which requests choose them; null for
    /// none.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <inheritdoc cref="PretrainedDecoder.Open" path="/exception"/>
    /// <inheritdoc cref="DecoderExport.Export" path="/exception"/>
    public static async Task<ImportedModel> RunAsync(
        string folder, string path, ImportOptions? options = null, IReadOnlyDictionary<string, string>? adapters = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new ImportOptions();
        using var source = PretrainedDecoder.Open(folder);
        var name = options.Name ?? source.Name;
        if (!ModelNames.IsValid(name))
        {
            throw new ArgumentException($"import: expected as name {ModelNames.Rule}, got '{name}'; give another one.");
        }

        var manifest = await source.Model.PackAsync(
            path, name, source.Tokenizer,
            new DecoderPackageOptions
            {
                StopTokens = source.StopTokens,
                TokenizerConfig = source.TokenizerConfig,
                Description = options.Description,
                Adapters = adapters ?? new Dictionary<string, string>(),
                Overwrite = options.Overwrite,
            },
            cancellationToken).ConfigureAwait(false);
        return new ImportedModel(path, manifest, [.. Notes(source)]);
    }

    private static IEnumerable<string> Notes(PretrainedDecoder source)
    {
        if (TemplateNote(source) is { } note)
        {
            yield return note;
        }

        if (source.StopTokens.Count == 0)
        {
            yield return "config.json names no token that ends a text: texts go on to their longest.";
        }
    }

    private static string? TemplateNote(PretrainedDecoder source)
    {
        try
        {
            return source.ChatTemplate() is null
                ? "There is no chat template: the package continues texts, and is no model for chats." : null;
        }
        catch (InvalidDataException e)
        {
            return $"The chat template is kept and not understood: {e.Message}";
        }
    }
}
