using MaaS.Onnx;
using MaaS.Training.Models;

namespace MaaS.Training.Pipelines;

/// <summary>What is needed, beside the weights, to use a trained classifier of images again. Architectures are those of
/// <see cref="ModelCatalog"/>.</summary>
public sealed record TrainedModelInfo : TrainedClassifierInfo
{
    /// <summary>(C, H, W) of one input.</summary>
    public required IReadOnlyList<long> InputShape { get; init; }

    /// <summary>Mean of pixels scaled to 0…1 that inputs are normalised with.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard deviation of pixels scaled to 0…1, above 0.</summary>
    public required double Std { get; init; }

    /// <summary>How image files become inputs, where there is more to say than one mean and one deviation: those of
    /// each channel, and how images are sized. <see cref="Mean"/> and <see cref="Std"/> are then the means over the
    /// channels.</summary>
    public ImagePreprocessing? Preprocessing { get; init; }

    /// <summary>Blocks of each of the four stages of a <see cref="BasicResNet"/> whose pretrained weights have others
    /// than the catalogue's; null for those of the catalogue.</summary>
    public IReadOnlyList<int>? Blocks { get; init; }
}
