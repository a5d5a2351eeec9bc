using MaaS.Core.Importing;
using MaaS.Core.Packages;
using MaaS.Training.Checkpoints;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>A checkpoint of a language model as a package that is served.</summary>
public static class DecoderImport
{
    /// <summary>Reads a folder of weights, exports the model, compares it with torch and packs it with tokenizer and
    /// chat template.</summary>
    /// <param name="folder">Holds <c>config.json</c>, the weights and the tokenizer; or a package that is a checkpoint
    /// as well, as training makes them, whose metrics and lineage are kept.</param>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder.</param>
    /// <param name="options">Name, description, overwriting.</param>
    /// <param name="adapters">Folders of low-rank adapters, by the names under which requests choose them; null for
    /// none.</param>
    /// <param name="draft">Folder or package of a small model of the same tokens, which guesses tokens ahead; null for
    /// none.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="ArgumentException">The name is none, or the draft model has other tokens or shorter
    /// sequences.</exception>
    /// <inheritdoc cref="PretrainedDecoder.Open" path="/exception"/>
    /// <inheritdoc cref="DecoderExport.Export" path="/exception"/>
    public static async Task<ImportedModel> RunAsync(
        string folder, string path, ImportOptions? options = null, IReadOnlyDictionary<string, string>? adapters = null,
        string? draft = null, CancellationToken cancellationToken = default)
    {
        options ??= new ImportOptions();
        using var source = Directory.Exists(folder) ? PretrainedDecoder.Open(folder)
            : await PretrainedDecoder.OpenAsync(folder, cancellationToken).ConfigureAwait(false);
        var name = options.Name ?? source.Name;
        if (!ModelNames.IsValid(name))
        {
            throw new ArgumentException($"import: expected as name {ModelNames.Rule}, got '{name}'; give another one.");
        }

        using var small = draft is null ? null
            : await PretrainedDecoder.OpenAsync(draft, cancellationToken).ConfigureAwait(false);
        ThrowIfOther(source, small);
        var trained = IsPackage(folder)
            ? await ModelPackage.ReadManifestAsync(folder, cancellationToken: cancellationToken).ConfigureAwait(false)
            : null;
        var manifest = await source.Model.PackAsync(
            path, name, source.Tokenizer,
            new DecoderPackageOptions
            {
                StopTokens = source.StopTokens,
                TokenizerConfig = source.TokenizerConfig,
                Description = options.Description ?? trained?.Description,
                Metrics = trained?.Metrics,
                Lineage = trained?.Lineage,
                IsCheckpoint = trained is not null,
                Draft = small?.Model,
                Adapters = adapters ?? new Dictionary<string, string>(),
                Overwrite = options.Overwrite,
            },
            cancellationToken).ConfigureAwait(false);
        return new ImportedModel(path, manifest, [.. Notes(source), .. DraftNotes(small)]);
    }

    private static bool IsPackage(string path)
        => File.Exists(path) || File.Exists(Path.Combine(path, "manifest.json"));

    // Guesses of other tokens would never be right.
    private static void ThrowIfOther(PretrainedDecoder source, PretrainedDecoder? draft)
    {
        if (draft is null)
        {
            return;
        }

        var others = Enumerable.Range(0, source.Tokenizer.VocabSize)
            .Where(id => source.Tokenizer.IdToToken(id) != draft.Tokenizer.IdToToken(id)).Take(1).ToArray();
        if (others is [var token])
        {
            throw new ArgumentException(
                $"{draft.Name}: expected a draft model of the same tokens as {source.Name}, but token {token} is "
                    + $"'{draft.Tokenizer.IdToToken(token)}' here and '{source.Tokenizer.IdToToken(token)}' there.");
        }
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

    private static IEnumerable<string> DraftNotes(PretrainedDecoder? draft)
        => draft is null ? [] : [$"{draft.Name} guesses tokens ahead while at most two texts are under way."];

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
