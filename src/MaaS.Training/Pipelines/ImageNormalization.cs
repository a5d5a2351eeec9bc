using MaaS.Onnx;
using MaaS.Training.Data;

namespace MaaS.Training.Pipelines;

/// <summary>Images in memory as a network's description wants them.</summary>
internal static class ImageNormalization
{
    /// <summary>The same images in the same memory, normalised otherwise; the caller owns the result.</summary>
    /// <param name="network">What messages call the network.</param>
    /// <param name="preprocessing">What the network expects.</param>
    /// <param name="images">Of the network's size.</param>
    /// <exception cref="ArgumentException">The normalisation differs between channels or does not scale to
    /// 0…1.</exception>
    public static ImageDataset Apply(string network, ImagePreprocessing preprocessing, ImageDataset images)
        => preprocessing switch
        {
            { Scale: 1 / 255.0 } p when p.Mean.Distinct().Count() == 1 && p.Std.Distinct().Count() == 1
                => images.NormalizedWith(p.Mean[0], p.Std[0]),
            var p => throw new ArgumentException(
                $"{network}: expected a scale of 1/255 and one mean and deviation for all channels, got scale "
                    + $"{p.Scale}, means "
                + $"({string.Join(", ", p.Mean)}), deviations ({string.Join(", ", p.Std)})."),
        };
}
