using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Importing;

/// <summary>A network that becomes a package's, with the files that it consists of there.</summary>
internal sealed class NetworkSource
{
    private readonly string _path;
    private readonly byte[]? _bytes;

    private NetworkSource(string path, byte[]? bytes, IReadOnlyDictionary<string, PackageContent> files)
        => (_path, _bytes, Files) = (path, bytes, files);

    /// <summary>Files of the package by path; <c>model.onnx</c> among them.</summary>
    public IReadOnlyDictionary<string, PackageContent> Files { get; }

    /// <summary>Reads and checks a network. Its external data is put inside up to a limit; beyond it the files stay as
    /// they are, beside the network.</summary>
    /// <param name="network">An <c>.onnx</c> file.</param>
    /// <param name="package">Where the package will be.</param>
    /// <param name="limit">Most bytes of a network in one file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The network is faulty, or too large for an archive.</exception>
    public static async Task<NetworkSource> ReadAsync(
        string network, string package, long limit, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> beside;
        var file = File.OpenRead(network);
        await using (file.ConfigureAwait(false))
        {
            beside = OnnxModel.ExternalFiles(file);
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(network))!;
        var size = new FileInfo(network).Length + beside.Sum(name => Length(folder, name));
        if (size < limit)
        {
            var model = OnnxModel.Load(network);   // Checks the graph, and puts external data inside.
            // As it is where it is whole: its hash is then that of the source.
            var bytes = beside.Count > 0 ? model.ToByteArray()
                : await File.ReadAllBytesAsync(network, cancellationToken).ConfigureAwait(false);
            return new NetworkSource(network, bytes, new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromBytes(bytes),
            });
        }

        GraphCheck.CheckFile(network);
        if (package.EndsWith(PackageWriter.Extension, StringComparison.OrdinalIgnoreCase) || beside.Count == 0)
        {
            throw new InvalidDataException(
                $"{network}: expected a network of less than {limit} bytes for a {PackageWriter.Extension} file, or "
                    + $"weights in files beside it for a folder, got {size} bytes; give a folder as output.");
        }

        if (beside.FirstOrDefault(static name => !PackagePath.IsValid(name) || name == ModelPackage.ModelFile)
            is { } wrong)
        {
            throw new InvalidDataException(
                $"{network}: expected weights in files of its own folder under {PackagePath.Rule}, got '{wrong}'.");
        }

        // Real paths of weights that are read are checked; these are copied.
        if (beside.FirstOrDefault(name => new FileInfo(Path.Combine(folder, name)).LinkTarget is not null) is { } link)
        {
            throw new InvalidDataException(
                $"{network}: expected plain files with its weights, '{link}' is a symbolic link; copy the folder with "
                    + "the files that its links lead to.");
        }

        var files = beside.ToDictionary(
            static name => name, name => PackageContent.FromFile(Path.Combine(folder, name)));
        files[ModelPackage.ModelFile] = PackageContent.FromFile(network);
        return new NetworkSource(network, null, files);
    }

    /// <summary>Loads the network.</summary>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="InferenceException">ONNX Runtime refuses it.</exception>
    public InferenceModel Load(string name)
        => _bytes is null ? InferenceModel.Load(_path, null, name) : InferenceModel.Load(_bytes, name);

    // A missing file, or one outside the folder, is what the loading refuses by name.
    private static long Length(string folder, string name)
        => new FileInfo(Path.Combine(folder, name)) is { Exists: true } file ? file.Length : 0;
}
