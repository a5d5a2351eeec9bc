using MaaS.Training.Data;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Compression;

/// <summary>Images as sequences of 128 bytes: scaled to 16×16, 4 bits a pixel, two pixels a byte.</summary>
internal static class ByteImages
{
    /// <summary>The first images of a data set as sequences; a batch gives the bytes' values unchanged.</summary>
    public static ImageDataset Of(ImageDataset images, int count)
    {
        using var scope = NewDisposeScope();
        // (N, 1, 28, 28)
        var some = images.Images[TensorIndex.Slice(0, count)].to(ScalarType.Float32);
        var small = nn.functional.adaptive_avg_pool2d(some, [16, 16]).div(16).floor().clamp(0, 15)
            // (N, T, 2)
            .to(ScalarType.Int64).view(-1, TokenEncoder.Sequence, 2);
        var bytes = (small.select(2, 0) * 16) + small.select(2, 1);                                          // (N, T)
        return new ImageDataset(
            bytes.to(ScalarType.Byte).view(-1, 1, 1, TokenEncoder.Sequence).contiguous(),
            images.Labels[TensorIndex.Slice(0, count)].clone(), images.Classes, mean: 0, std: 1 / 255.0);
    }
}
