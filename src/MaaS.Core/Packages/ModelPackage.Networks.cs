using MaaS.Onnx;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Packages;

/// <content>How the network of an opened package is loaded, its weights inside it or beside it.</content>
public sealed partial class ModelPackage
{
    /// <summary>Loads the network. Weights that lie in files beside it are mapped from a package that is a folder; of
    /// an archive they are read into memory, up to 2 GiB.</summary>
    /// <param name="name">What errors call the model; null for the name in the manifest.</param>
    /// <param name="options">Threads and optimisation.</param>
    /// <param name="cancellationToken">Stops between two blocks.</param>
    /// <exception cref="InvalidDataException">The graph is faulty, refers to a file that the manifest does not list, or
    /// lies with more than 2 GiB of weights in an archive.</exception>
    /// <exception cref="InferenceException">ONNX Runtime refuses the network.</exception>
    public async Task<InferenceModel> LoadNetworkAsync(
        string? name = null, InferenceOptions? options = null, CancellationToken cancellationToken = default)
    {
        name ??= Manifest.Name;
        var bytes = await ReadAsync(ModelFile, cancellationToken).ConfigureAwait(false);
        GraphCheck.CheckBytes(bytes);
        var beside = FilesBeside(bytes);
        if (beside.Count == 0)
        {
            return InferenceModel.Load(bytes, name, options);
        }

        if (_store.PathOf(ModelFile) is { } path)
        {
            return InferenceModel.Load(path, options, name);
        }

        var model = OnnxModel.Load(bytes, await ReadAllAsync(beside, cancellationToken).ConfigureAwait(false));
        return InferenceModel.Load(model.ToByteArray(), name, options);
    }

    /// <summary>Reads the network with all of its weights, those beside it included.</summary>
    /// <param name="cancellationToken">Stops between two blocks.</param>
    /// <exception cref="InvalidDataException">As for <see cref="LoadNetworkAsync"/>.</exception>
    public async Task<OnnxModel> ReadNetworkAsync(CancellationToken cancellationToken = default)
    {
        var bytes = await ReadAsync(ModelFile, cancellationToken).ConfigureAwait(false);
        var beside = FilesBeside(bytes);
        return beside.Count == 0 ? OnnxModel.Load(bytes)
            : _store.PathOf(ModelFile) is { } path ? OnnxModel.Load(path)
            : OnnxModel.Load(bytes, await ReadAllAsync(beside, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Files that the network consists of: <c>model.onnx</c>, and those with its weights where they lie beside
    /// it.</summary>
    /// <param name="cancellationToken">Stops between two blocks.</param>
    /// <exception cref="InvalidDataException">The network is faulty, or refers to a file that the manifest does not
    /// list.</exception>
    public async Task<IReadOnlyList<string>> NetworkFilesAsync(CancellationToken cancellationToken = default)
        => [ModelFile, .. FilesBeside(await ReadAsync(ModelFile, cancellationToken).ConfigureAwait(false))];

    /// <summary>Size of a package's networks in bytes: <c>model.onnx</c>, others beside it such as a draft model, and
    /// the files with their weights, whose names hold <c>.onnx</c> too (<c>model.onnx_data_1</c>).</summary>
    /// <param name="manifest">Of the package.</param>
    public static long NetworkBytes(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return manifest.Files.Where(static file => file.Key.Contains(".onnx", StringComparison.Ordinal))
            .Sum(static file => file.Value.Size);
    }

    private IReadOnlyList<string> FilesBeside(byte[] model)
    {
        using var stream = new MemoryStream(model, writable: false);
        var files = OnnxModel.ExternalFiles(stream);
        return files.FirstOrDefault(f => !Manifest.Files.ContainsKey(f)) is { } missing
            ? throw new InvalidDataException(
                $"{Location}: expected the weights of {ModelFile} among the files of the manifest, '{missing}' is "
                    + "not there.")
            : files;
    }

    private async Task<Dictionary<string, byte[]>> ReadAllAsync(
        IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var total = files.Sum(f => Entry(f).Size) + Entry(ModelFile).Size;
        if (total > int.MaxValue)
        {
            throw new InvalidDataException(
                $"{Location}: expected a network of less than 2 GiB in an archive, got {total} bytes; save the package "
                    + "to a folder, from which weights are mapped.");
        }

        var read = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            read[file] = await ReadAsync(file, cancellationToken).ConfigureAwait(false);
        }

        return read;
    }
}
