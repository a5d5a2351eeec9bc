using MaaS.Training.Data;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pruning;

/// <summary>Small data sets.</summary>
internal static class TestData
{
    private const int Record = 65;   // a label, then 8×8 grey values

    /// <summary>Random images of two classes that differ in brightness.</summary>
    public static ImageDataset Blobs(int count, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var labels = arange(count, dtype: ScalarType.Int64).remainder(2);
        var images = (rand([count, channels, height, width]) * 100) + (labels.view(-1, 1, 1, 1) * 120);
        return new ImageDataset(images.to(ScalarType.Byte).contiguous(), labels.clone(), ["dark", "bright"]);
    }

    /// <summary>800 handwritten digits to train on and 400 to test with (scikit-learn's, Alpaydin and Kaynak
    /// 1998).</summary>
    public static (ImageDataset Train, ImageDataset Test) Digits()
    {
        var bytes = File.ReadAllBytes(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "Pruning", "Fixtures", "digits.bin"));
        return (Digits(bytes.AsSpan(0, 800 * Record)), Digits(bytes.AsSpan(800 * Record)));
    }

    private static ImageDataset Digits(ReadOnlySpan<byte> records)
    {
        var count = records.Length / Record;
        var images = new byte[count * 64];
        var labels = new long[count];
        for (var i = 0; i < count; i++)
        {
            labels[i] = records[i * Record];
            records.Slice((i * Record) + 1, 64).CopyTo(images.AsSpan(i * 64));
        }

        return new ImageDataset(
            tensor(images, [count, 1, 8, 8], ScalarType.Byte), tensor(labels, [count], ScalarType.Int64),
            [.. Enumerable.Range(0, 10).Select(d => d.ToString())]);
    }
}
