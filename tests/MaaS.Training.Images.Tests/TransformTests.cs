using MaaS.Images;

namespace MaaS.Training.Images.Tests;

public sealed class TransformTests
{
    private static TransformRandom Draws(long sample) => new(5, 1, sample);

    [TestCase(40, 60), TestCase(300, 20), TestCase(1, 9), TestCase(7, 7)]
    public void RandomResizedCrop_Part_LiesInTheImageAndKeepsItsRanges(int height, int width)
    {
        var transform = new RandomResizedCrop(8) { MinScale = 0.2, MaxScale = 0.9 };
        for (var sample = 0; sample < 500; sample++)
        {
            var (top, left, h, w) = transform.Part(height, width, Draws(sample));
            Assert.That((top >= 0, left >= 0, top + h <= height, left + w <= width, h > 0, w > 0), Is.EqualTo((true, true, true, true, true, true)));
            if (height is 40)
            {
                // Sides are rounded to whole pixels.
                Assert.That((double)h * w / (height * width), Is.InRange(0.18, 0.93));
                Assert.That((double)w / h, Is.InRange(0.7, 1.45));
            }
        }
    }

    // The mean of uniform draws: half the range, less the tries that did not fit.
    [Test]
    public void RandomResizedCrop_Area_IsDrawnFromTheWholeRange()
    {
        var areas = Enumerable.Range(0, 2000).Select(s => new RandomResizedCrop(8).Part(100, 100, Draws(s))).Select(static p => p.Height * p.Width / 1e4).ToList();
        Assert.That(areas.Min(), Is.InRange(0.07, 0.12));
        Assert.That(areas.Max(), Is.InRange(0.9, 1));
        Assert.That(areas.Average(), Is.InRange(0.45, 0.55));
    }

    [Test]
    public void Flips_ByTheirProbability_MirrorTheImage()
    {
        using var image = new PixelImage(2, 2, 1);
        ((byte[])[1, 2, 3, 4]).CopyTo(image.Pixels);
        using var horizontal = new RandomHorizontalFlip(1).Apply(image, Draws(0));
        using var vertical = new RandomVerticalFlip(1).Apply(image, Draws(0));
        Assert.That(horizontal.Pixels.ToArray(), Is.EqualTo(new byte[] { 2, 1, 4, 3 }));
        Assert.That(vertical.Pixels.ToArray(), Is.EqualTo(new byte[] { 3, 4, 1, 2 }));
        Assert.That(new RandomHorizontalFlip(0).Apply(image, Draws(0)), Is.SameAs(image));
        var mirrored = Enumerable.Range(0, 1000).Count(s => Apply(new RandomHorizontalFlip(0.3), image, s));
        Assert.That(mirrored, Is.InRange(240, 360));
    }

    [Test]
    public void ColorJitter_OfStrengthZero_ChangesNothing()
    {
        using var image = Noise(3);
        var before = image.Pixels.ToArray();
        Assert.That(new ColorJitter().Apply(image, Draws(1)), Is.SameAs(image));
        Assert.That(image.Pixels.ToArray(), Is.EqualTo(before));
    }

    [Test]
    public void ColorJitter_Brightness_StaysInItsRange()
    {
        var means = new List<double>();
        for (var sample = 0; sample < 300; sample++)
        {
            using var image = new PixelImage(2, 2, 1);
            image.Pixels.Fill(100);
            new ColorJitter(Brightness: 0.5).Apply(image, Draws(sample));
            means.Add(image.Pixels[0]);
        }

        Assert.That(means, Is.All.InRange(50, 150));
        Assert.That((means.Min(), means.Max()), Is.EqualTo((51.0, 149.0)).Within(2));
    }

    [Test]
    public void RandAugment_KeepsTheSizeAndDependsOnTheDrawsAlone([Values(1, 3)] int channels)
    {
        for (var sample = 0; sample < 60; sample++)
        {
            using var once = Augmented(channels, sample);
            using var again = Augmented(channels, sample);
            Assert.That((once.Width, once.Height, once.Channels), Is.EqualTo((15, 11, channels)));
            Assert.That(Values(once), Is.EqualTo(Values(again)));
        }
    }

    [Test]
    public void RandomErasing_OverwritesARectangleOfItsShare()
    {
        var shares = new List<double>();
        for (var sample = 0; sample < 300; sample++)
        {
            var values = Enumerable.Repeat(1f, 3 * 30 * 20).ToArray();
            new RandomErasing(Probability: 1, Value: -5).Apply(new ImagePlanes(values, 3, 30, 20), Draws(sample));
            var erased = Enumerable.Range(0, 600).Where(i => values[i] == -5).ToList();
            shares.Add(erased.Count / 600.0);
            Assert.That(values.Count(static v => v == -5), Is.EqualTo(3 * erased.Count));
            var (rows, columns) = (erased.Select(static i => i / 20).Distinct().Count(), erased.Select(static i => i % 20).Distinct().Count());
            Assert.That(erased, Has.Count.EqualTo(rows * columns), "a rectangle");
        }

        Assert.That(shares, Is.All.InRange(0.0, 0.36));
        Assert.That(shares.Average(), Is.InRange(0.13, 0.2));
    }

    [Test]
    public void TransformRandom_OfEachSampleAndEpoch_DrawsItsOwn()
    {
        var draws = from epoch in Enumerable.Range(1, 20) from sample in Enumerable.Range(0, 50) select new TransformRandom(0, epoch, sample).Uniform(0, 1);
        var all = draws.ToList();
        Assert.That(all.Distinct().Count(), Is.EqualTo(1000));
        Assert.That(all.Average(), Is.EqualTo(0.5).Within(0.03));
        var normal = new TransformRandom(1, 1, 1);
        var values = Enumerable.Range(0, 5000).Select(_ => normal.Normal()).ToList();
        Assert.That((values.Average(), values.Average(static v => v * v)), Is.EqualTo((0.0, 1.0)).Within(0.05));
    }

    private static PixelImage Augmented(int channels, int sample)
    {
        var image = Noise(channels);
        var result = new RandAugment(Operations: 3).Apply(image, Draws(sample));
        if (result != image)
        {
            image.Dispose();
        }

        return result;
    }

    private static bool Apply(PixelTransform transform, PixelImage image, int sample)
    {
        using var result = transform.Apply(image.Crop(0, 0, image.Height, image.Width), Draws(sample));
        return result.Pixels[0] == 2;
    }

    private static PixelImage Noise(int channels)
    {
        var image = new PixelImage(15, 11, channels);
        new System.Random(3).NextBytes(image.Pixels);
        return image;
    }

    private static byte[] Values(PixelImage image) => image.Pixels.ToArray();
}
