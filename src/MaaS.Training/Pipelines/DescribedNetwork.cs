using MaaS.Onnx;
using MaaS.Training.Models;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines;

/// <summary>Networks with fresh weights, as the description of a trained classifier of images says.</summary>
internal static class DescribedNetwork
{
    // ResNet-152 has 36 in its longest stage: a damaged file does not fill the memory.
    private const int MostBlocks = 64;

    /// <summary>Makes the network.</summary>
    /// <exception cref="ArgumentException">The description does not hold together, or the catalogue has no such
    /// network.</exception>
    public static nn.Module<Tensor, Tensor> Create(TrainedModelInfo info)
    {
        if (info.Preprocessing is { } preprocessing && Fault(preprocessing, info.InputShape[0]) is { } fault)
        {
            throw new ArgumentException($"{info.Architecture}: {fault}.");
        }

        if (info.Blocks is not { } blocks)
        {
            return ModelCatalog.Create(info.Architecture, info.InputShape, info.Classes.Count);
        }

        return info.Architecture == BasicResNet.CatalogName && blocks.All(static b => b <= MostBlocks)
            ? new BasicResNet(info.InputShape[0], info.Classes.Count, blocks)
            : throw new ArgumentException(
                $"{info.Architecture}: expected at most {MostBlocks} blocks a stage, of {BasicResNet.CatalogName} "
                    + $"alone, got ({string.Join(",", blocks)}).");
    }

    private static string? Fault(ImagePreprocessing preprocessing, long channels)
    {
        var (mean, std) = (preprocessing.Mean, preprocessing.Std);
        return mean.Count != channels || std.Count != channels || std.Contains(0)
            ? $"expected a mean and a deviation other than 0 for each of {channels} channels, got means "
                + $"({string.Join(", ", mean)}), deviations ({string.Join(", ", std)})"
            : preprocessing.Geometry?.Fault;
    }
}
