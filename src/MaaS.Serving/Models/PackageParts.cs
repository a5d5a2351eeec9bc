using MaaS.Core.Drift;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Adapters;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Models;

/// <summary>The parts of a package, apart from its network, that serving uses; null for a part that it lacks.</summary>
/// <param name="Drift">How inputs and predictions were spread in training.</param>
/// <param name="Text">Turns texts into the network's inputs.</param>
/// <param name="Generation">What a model that continues texts needs.</param>
/// <param name="Form">What a row of a model of tables is asked for with.</param>
internal sealed record PackageParts(DriftBaseline? Drift, TextEncoder? Text, GenerationParts? Generation, RowForm? Form)
{
    /// <summary>Reads a package whose files were verified.</summary>
    /// <exception cref="InvalidDataException">A part is missing or cannot be used.</exception>
    public static async Task<PackageParts> ReadAsync(ModelPackage package, CancellationToken cancellationToken)
    {
        var manifest = package.Manifest;
        var drift = manifest.Files.ContainsKey(DriftBaseline.FileName)
            ? DriftBaseline.FromJson(
                await package.ReadAsync(DriftBaseline.FileName, cancellationToken).ConfigureAwait(false)) : null;
        var text = manifest.Text is not null
            ? await TextClassifier.EncoderOfAsync(package, cancellationToken).ConfigureAwait(false) : null;
        var generation = manifest is { Task: ModelManifest.TextGeneration, Generation: not null }
            ? await GenerationOfAsync(package, cancellationToken).ConfigureAwait(false) : null;
        var form = manifest.Task is ModelManifest.TabularClassification or ModelManifest.TabularRegression
            && manifest.Files.ContainsKey(RowForm.FileName)
            ? FormOf(await package.ReadAsync(RowForm.FileName, cancellationToken).ConfigureAwait(false), manifest)
            : null;
        return new PackageParts(drift, text, generation, form);
    }

    private static async Task<GenerationParts> GenerationOfAsync(
        ModelPackage package, CancellationToken cancellationToken)
    {
        var tokenizer = await TextGenerator.TokenizerOfAsync(package, cancellationToken).ConfigureAwait(false);
        List<AdapterWeights> adapters = [];
        foreach (var file in package.Manifest.Files.Keys.Where(AdapterWeights.IsFile).Order(StringComparer.Ordinal))
        {
            adapters.Add(AdapterWeights.FromSafeTensors(
                AdapterWeights.NameOf(file),
                await package.ReadAsync(file, cancellationToken).ConfigureAwait(false)));
        }

        var draft = package.Manifest.Files.ContainsKey(TextGenerator.DraftFile)
            ? await package.ReadAsync(TextGenerator.DraftFile, cancellationToken).ConfigureAwait(false) : null;
        if (draft is not null)
        {
            GraphCheck.CheckBytes(draft);
        }

        return new GenerationParts(
            tokenizer, adapters, draft, await ChatOfAsync(package, cancellationToken).ConfigureAwait(false));
    }

    // A model whose template is not supported continues texts all the same: chats are refused with the reason.
    private static async Task<(ChatTemplate? Template, string? Fault)> ChatOfAsync(
        ModelPackage package, CancellationToken cancellationToken)
    {
        try
        {
            return (await ChatTemplate.OfPackageAsync(package, cancellationToken).ConfigureAwait(false), null);
        }
        catch (InvalidDataException e)
        {
            return (null, PublicText.WithoutPaths(e.Message));
        }
    }

    // A form that asks for other inputs than the model's would make requests that fail.
    private static RowForm FormOf(ReadOnlySpan<byte> json, ModelManifest manifest)
    {
        var form = RowForm.FromJson(json);
        return manifest.Inputs.Count == 0
            || manifest.Inputs.Select(static i => i.Name).ToHashSet().SetEquals(form.Fields.Select(static f => f.Name))
            ? form
            : throw new InvalidDataException(
                $"{RowForm.FileName}: expected a field for each input, {string.Join(
                    ", ", manifest.Inputs.Select(static i => $"'{i.Name}'"))}, got {string.Join(
                    ", ", form.Fields.Select(static f => $"'{f.Name}'"))}.");
    }
}
