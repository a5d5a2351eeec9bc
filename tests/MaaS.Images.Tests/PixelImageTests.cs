using MaaS.Onnx;

namespace MaaS.Images.Tests;

public sealed class PixelImageTests
{
    [Test]
    public void WritePlanes_NormalizesAsThePreprocessingOfAPackage([Values("png", "jpeg-grey")] string name)
    {
        using var image = PillowFixture.ImageOf(name);
        var preprocessing = image.Channels == 1
            ? new ImagePreprocessing(1 / 255.0, [0.2861], [0.353])
            : new ImagePreprocessing(1 / 255.0, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
        var values = PillowFixture.Values(image);
        var plane = image.Width * image.Height;
        var expected = new float[values.Length];
        for (var i = 0; i < expected.Length; i++)
        {
            expected[i] = values[(i % plane * image.Channels) + (i / plane)];
        }

        preprocessing.Normalize(expected, plane);
        var planes = new float[values.Length];
        image.WritePlanes(
            planes, [.. preprocessing.Std.Select(s => (float)(preprocessing.Scale / s))],
            [.. preprocessing.Mean.Zip(preprocessing.Std, static (m, s) => (float)(m / s))]);

        Assert.That(planes, Is.EqualTo(expected));
    }

    [Test]
    public void Pixels_AfterDispose_Throw()
    {
        var image = new PixelImage(2, 2, 3);
        image.Dispose();
        Assert.That(() => image.Pixels.Length, Throws.InstanceOf<ObjectDisposedException>());
    }

    [TestCase(0, 1, 1), TestCase(1, 0, 1), TestCase(1, 1, 2), TestCase(1, 1, 4)]
    public void Constructor_SizesThatAreNone_Throw(int width, int height, int channels)
        => Assert.That(() => new PixelImage(width, height, channels), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
