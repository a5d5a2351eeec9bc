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

    /// <summary>Writes a network with what is known of it, whole or not at all.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder. Replaced when it
    /// exists.</param>
    /// <param name="manifest">What is known; time, inputs and outputs are filled in.</param>
    /// <param name="network">The network.</param>
    /// <param name="files">Files that go with it, by path.</param>
    /// <param name="baseline">Measures how training data and the network's answers are spread; null for no
    /// baseline.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    public static async Task WriteAsync(
        string path, ModelManifest manifest, OnnxModel network, IReadOnlyDictionary<string, PackageContent> files,
        Func<InferenceModel, DriftBaseline>? baseline = null, CancellationToken cancellationToken = default)
    {
        var bytes = network.ToByteArray();
        using var inference = InferenceModel.Load(bytes, manifest.Name);
        Dictionary<string, PackageContent> contents = new(files)
        {
            [ModelPackage.ModelFile] = PackageContent.FromBytes(bytes),
        };
        if (baseline is not null)
        {
            contents[DriftBaseline.FileName] = PackageContent.FromBytes(baseline(inference).ToJson());
        }

        await ModelPackage.CreateAsync(
            path,
            manifest with { Created = DateTimeOffset.UtcNow, Inputs = inference.Inputs, Outputs = inference.Outputs },
            contents,
            new PackageWriteOptions { Overwrite = true },
            cancellationToken).ConfigureAwait(false);
    }
}
