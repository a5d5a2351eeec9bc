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
    /// exists, unless <paramref name="overwrite"/> is false.</param>
    /// <param name="manifest">What is known; time, inputs and outputs are filled in.</param>
    /// <param name="network">The network.</param>
    /// <param name="files">Files that go with it, by path.</param>
    /// <param name="baseline">Measures how training data and the network's answers are spread; null for no
    /// baseline.</param>
    /// <param name="overwrite">Whether an existing package is replaced.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <returns>The manifest with time, inputs and outputs.</returns>
    public static async Task<ModelManifest> WriteAsync(
        string path, ModelManifest manifest, OnnxModel network, IReadOnlyDictionary<string, PackageContent> files,
        Func<InferenceModel, DriftBaseline>? baseline = null, bool overwrite = true,
        CancellationToken cancellationToken = default)
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
}
