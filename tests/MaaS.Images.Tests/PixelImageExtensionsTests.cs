using System.Text.Json;
using MaaS.Onnx;

namespace MaaS.Images.Tests;

public sealed class PixelImageExtensionsTests
{
    private static IEnumerable<TestCaseData> Scaled
        => PillowFixture.Root.GetProperty("scaled").EnumerateArray().Select(static (c, i) => new TestCaseData(c)
            .SetArgDisplayNames(
                $"{i}: {c.GetProperty("filter").GetString()} to {c.GetProperty("to").GetProperty("width")}"));

    [TestCaseSource(nameof(Scaled))]
    public void Resize_GivesPillowsBits(JsonElement fixture)
    {
        using var image = PillowFixture.Image(fixture.GetProperty("from"));
        using var expected = PillowFixture.Image(fixture.GetProperty("to"));
        using var scaled = image.Resize(
            expected.Height, expected.Width,
                Enum.Parse<ImageInterpolation>(fixture.GetProperty("filter").GetString()!, ignoreCase: true));
        Assert.That(PillowFixture.LargestDifference(scaled, expected), Is.Zero);
    }

    // torchvision: the longer side is int(size · long / short).
    [TestCase(29, 37, 20, 20, 25), TestCase(37, 29, 20, 25, 20), TestCase(10, 10, 7, 7, 7), TestCase(1, 100, 3, 3, 300)]
    public void ResizeShorter_KeepsTheProportion(
        int height, int width, int shorter, int expectedHeight, int expectedWidth)
    {
        using var image = new PixelImage(width, height, 1);
        using var scaled = image.ResizeShorter(shorter);
        Assert.That((scaled.Height, scaled.Width), Is.EqualTo((expectedHeight, expectedWidth)));
    }

    // Python's round(2.5) is 2 and round(1.5) is 2.
    [TestCase(10, 5, 2), TestCase(8, 5, 2), TestCase(9, 5, 2), TestCase(5, 5, 0)]
    public void CenterCrop_StartsWhereTorchvisionDoes(int size, int wanted, int first)
    {
        using var image = new PixelImage(size, 1, 1);
        for (var x = 0; x < size; x++)
        {
            image.Pixels[x] = (byte)x;
        }

        using var middle = image.CenterCrop(1, wanted);
        Assert.That(middle.Pixels.ToArray(), Is.EqualTo(Enumerable.Range(first, wanted).Select(static x => (byte)x)));
    }

    [Test]
    public void CenterCrop_OfASmallerImage_HasBlackEdges()
    {
        using var image = new PixelImage(2, 1, 1);
        image.Pixels.Fill(9);
        using var padded = image.CenterCrop(2, 5);
        Assert.That(padded.Pixels.ToArray(), Is.EqualTo(new byte[] { 0, 9, 9, 0, 0, 0, 0, 0, 0, 0 }));
    }

    [Test]
    public void Fit_ScalesAndCuts()
    {
        using var image = PillowFixture.ImageOf("png");
        using var fitted = image.Fit(new ImageGeometry { ResizeShorter = 20, CropHeight = 16, CropWidth = 18 });
        using var scaled = image.Resize(20, 25);
        using var expected = scaled.Crop(2, 4, 16, 18);   // (25 − 18) / 2 = 3.5, to the even number.
        Assert.That(PillowFixture.LargestDifference(fitted, expected), Is.Zero);
    }

    [Test]
    public void Cover_GivesTheSizeAskedFor([Values(1, 3)] int channels)
    {
        using var image = new PixelImage(31, 17, channels);
        image.Pixels.Fill(77);
        using var covered = image.Cover(28, 28);
        Assert.That((covered.Height, covered.Width, covered.Channels), Is.EqualTo((28, 28, channels)));
        Assert.That(PillowFixture.Values(covered), Is.All.EqualTo(77));
    }

    [Test]
    public void Fit_WithoutGeometry_CoversTheModelsSizeOrKeepsItsOwn()
    {
        using var image = PillowFixture.ImageOf("png");
        using var covered = image.Fit(null, 28, 24);
        using var expected = image.Cover(28, 24);
        Assert.That(PillowFixture.LargestDifference(covered, expected), Is.Zero);
        using var same = image.Fit(null, null, null);
        Assert.That(PillowFixture.LargestDifference(same, image), Is.Zero);
        var geometry = new ImageGeometry { CropHeight = 9, CropWidth = 8 };
        using var cut = image.Fit(geometry, 28, 24);
        Assert.That((cut.Height, cut.Width), Is.EqualTo((9, 8)), "what the package says comes first");
    }

    [Test]
    public void ToPlanes_HoldsChannelAfterChannel()
    {
        using var image = new PixelImage(2, 1, 3);
        byte[] pixels = [1, 2, 3, 255, 4, 5, 6, 255];
        pixels.CopyTo(image.Pixels);
        Assert.That(image.ToPlanes(), Is.EqualTo(new byte[] { 1, 4, 2, 5, 3, 6 }));
        using var grey = new PixelImage(2, 1, 1);
        new byte[] { 7, 8 }.CopyTo(grey.Pixels);
        Assert.That(grey.ToPlanes(), Is.EqualTo(new byte[] { 7, 8 }));
    }

    // A PNG of a kilobyte may be such a strip.
    [TestCase(1, 1_000_000)]
    [TestCase(1_000_000, 1)]
    public void Cover_OfAThinStrip_IsRefusedBeforeMemoryIsTaken(int height, int width)
    {
        using var image = new PixelImage(height, width, 3);
        Assert.That(
            () => image.Cover(224, 224),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected at most 67108864 pixels"));
        Assert.That(() => image.ResizeShorter(224), Throws.TypeOf<InvalidDataException>());
    }
}
