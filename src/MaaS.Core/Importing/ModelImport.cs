using MaaS.Core.Packages;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Importing;

/// <summary>Makes packages of models that others exported. A manifest says what the source says: names, types and
/// shapes of the network, and labels only where the source names them.</summary>
public static class ModelImport
{
    /// <summary>Imports a network.</summary>
    /// <param name="network">An <c>.onnx</c> file; external data beside it is put inside, or stays beside it where it
    /// is too much for one file.</param>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder.</param>
    /// <param name="options">Name, description, overwriting.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no network that ONNX Runtime runs, or of more than 2 GiB while
    /// <paramref name="path"/> is no folder.</exception>
    public static Task<ImportedModel> FromOnnxAsync(
        string network, string path, ImportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(network);
        return FromNetworkAsync(
            network, path, Path.GetFileNameWithoutExtension(network), static (manifest, _) => manifest,
            new Dictionary<string, PackageContent>(),
            ["The file names no task, labels or preprocessing: the package has none."], options, cancellationToken);
    }

    /// <summary>Imports a folder as Hugging Face's optimum exports it: <c>model.onnx</c> or
    /// <c>decoder_model_merged.onnx</c>, there or in <c>onnx</c>, and <c>config.json</c>, with the tokenizer where
    /// there is one. A classifier gets labels and texts, a causal language model what it needs to write; with
    /// <c>modules.json</c> it is a sentence encoder, and a cross-encoder of sentence-transformers ranks
    /// documents.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder.</param>
    /// <param name="options">Name, description, overwriting.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="ArgumentException">The options make a cross-encoder of a sentence encoder.</exception>
    /// <inheritdoc cref="FromOnnxAsync" path="/exception"/>
    public static Task<ImportedModel> FromHuggingFaceAsync(
        string folder, string path, ImportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var source = HuggingFaceFolder.Read(folder, options?.Network, options?.Pooling, options?.Pairs ?? false);
        return FromNetworkAsync(
            source.Network, path, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            source.Describe, source.Files, source.Notes, options, cancellationToken);
    }

    /// <summary>Imports a network with what its source says besides.</summary>
    /// <param name="network">An <c>.onnx</c> file.</param>
    /// <param name="path">The package.</param>
    /// <param name="name">Used where the options have none.</param>
    /// <param name="describe">Adds what the source says to a manifest with the network's tensors.</param>
    /// <param name="files">Files besides the network.</param>
    /// <param name="notes">What is to be told; may grow while <paramref name="describe"/> runs.</param>
    /// <param name="options">Name, description, overwriting.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    public static async Task<ImportedModel> FromNetworkAsync(
        string network, string path, string name, Func<ModelManifest, InferenceModel, ModelManifest> describe,
        IReadOnlyDictionary<string, PackageContent> files, IReadOnlyList<string> notes, ImportOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(network);
        ArgumentNullException.ThrowIfNull(describe);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(notes);
        options ??= new ImportOptions();
        name = options.Name ?? name;
        if (!ModelNames.IsValid(name))
        {
            throw new ArgumentException($"import: expected as name {ModelNames.Rule}, got '{name}'; give another one.");
        }

        var source = await NetworkSource.ReadAsync(network, path, options.MaxInlineBytes, cancellationToken)
            .ConfigureAwait(false);
        ModelManifest manifest;
        using (var model = source.Load(name))
        {
            manifest = describe(
                new ModelManifest
                {
                    Name = name,
                    Description = options.Description,
                    Inputs = model.Inputs,
                    Outputs = model.Outputs,
                },
                model);
            ManifestCheck.ThrowIfUnfit(manifest, model);
        }

        var all = new Dictionary<string, PackageContent>(files);
        foreach (var (file, content) in source.Files)
        {
            all[file] = content;
        }

        await ModelPackage.CreateAsync(
            path, manifest, all, new PackageWriteOptions { Overwrite = options.Overwrite }, cancellationToken)
            .ConfigureAwait(false);
        return new ImportedModel(path, manifest, [.. notes]);
    }
}
