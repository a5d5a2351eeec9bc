using MaaS.Core.Drift;
using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;

namespace MaaS.Training.Pipelines;

/// <summary>Writes packages: every network that leaves MaaS.Training leaves it here.</summary>
internal static class NetworkPackage
{
    /// <summary>Name of the file with torch's weights in a package.</summary>
    public const string WeightsFile = "weights.safetensors";

    private const string ArchiveExtension = ".maas";

    /// <summary>Writes a network with what is known of it, whole or not at all.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder. Replaced when it
    /// exists, unless <paramref name="overwrite"/> is false.</param>
    /// <param name="manifest">What is known; time, inputs and outputs are filled in.</param>
    /// <param name="network">The network.</param>
    /// <param name="files">Files that go with it, by path.</param>
    /// <param name="baseline">Measures how training data and the network's answers are spread; null for no
    /// baseline.</param>
    /// <param name="overwrite">Whether an existing package is replaced.</param>
    /// <param name="weightsInside">Bytes of weights from which they lie in a file beside the network.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <returns>The manifest with time, inputs and outputs.</returns>
    /// <exception cref="ArgumentException">The network is too large for a single file.</exception>
    public static async Task<ModelManifest> WriteAsync(
        string path, ModelManifest manifest, OnnxModel network, IReadOnlyDictionary<string, PackageContent> files,
        Func<InferenceModel, DriftBaseline>? baseline = null, bool overwrite = true,
        long weightsInside = OnnxModel.InlineWeightLimit, CancellationToken cancellationToken = default)
    {
        ThrowIfTooLarge(path, network.WeightBytes);
        var scratch = network.WeightBytes >= weightsInside ? Directory.CreateTempSubdirectory("maas-") : null;
        try
        {
            return await WriteAsync(
                path, manifest, Network(network, manifest.Name, scratch, weightsInside), files, baseline, overwrite,
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            scratch?.Delete(recursive: true);
        }
    }

    /// <summary>Fails where a single file is to hold a network that is too large for it.</summary>
    /// <param name="path">Where the package is to be written.</param>
    /// <param name="weightBytes">Bytes of the network's weights.</param>
    /// <exception cref="ArgumentException">It is too large.</exception>
    public static void ThrowIfTooLarge(string path, double weightBytes)
    {
        if (weightBytes >= OnnxModel.InlineWeightLimit
            && path.EndsWith(ArchiveExtension, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException(
                $"{path}: expected a folder (a path that does not end in {ArchiveExtension}) for a network of "
                    + $"{weightBytes:n0} bytes, whose weights lie beside it and are mapped; a single file holds less "
                    + "than 2 GiB.", nameof(path));
        }
    }

    private static async Task<ModelManifest> WriteAsync(
        string path, ModelManifest manifest,
        (InferenceModel Model, IReadOnlyDictionary<string, PackageContent> Files) network,
        IReadOnlyDictionary<string, PackageContent> files, Func<InferenceModel, DriftBaseline>? baseline,
        bool overwrite,
        CancellationToken cancellationToken)
    {
        using var inference = network.Model;
        Dictionary<string, PackageContent> contents = new(files.Concat(network.Files));
        if (baseline is not null)
        {
            contents[DriftBaseline.FileName] = PackageContent.FromBytes(baseline(inference).ToJson());
        }

        var complete = manifest with
        {
            Created = DateTimeOffset.UtcNow,
            Inputs = inference.Inputs,
            Outputs = inference.Outputs,
        };
        await ModelPackage.CreateAsync(
            path, complete, contents, new PackageWriteOptions { Overwrite = overwrite }, cancellationToken)
            .ConfigureAwait(false);
        return complete;
    }

    // In memory, or with its weights in a file beside it.
    private static (InferenceModel Model, IReadOnlyDictionary<string, PackageContent> Files) Network(
        OnnxModel network, string name, DirectoryInfo? scratch, long weightsInside)
    {
        if (scratch is null)
        {
            var bytes = network.ToByteArray();
            return (InferenceModel.Load(bytes, name), new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromBytes(bytes),
            });
        }

        var path = Path.Combine(scratch.FullName, ModelPackage.ModelFile);
        network.Save(path, weightsInside);
        return (InferenceModel.Load(path, null, name), scratch.EnumerateFiles().ToDictionary(
            static f => f.Name, static f => PackageContent.FromFile(f.FullName)));
    }
}
