using System.Xml.Linq;
using MaaS.Training.Data;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Data;

internal sealed class ImageDatasetTests
{
    private static ImageDataset Create(int count, int classes = 2, double? mean = null, double? std = null)
        => ImageDataset.From(
            new IdxArray([count, 2, 2], [.. Enumerable.Range(0, count * 4).Select(static i => (byte)(i % 256))]),
            new IdxArray([count], [.. Enumerable.Range(0, count).Select(i => (byte)(i % classes))]),
            [.. Enumerable.Range(0, classes).Select(static c => $"{c}")], mean, std);

    [Test]
    public void GetBatch_Indices_GivesNormalisedImagesInThatOrder()
    {
        using var data = Create(3, mean: 0.25, std: 0.5);
        using var scope = NewDisposeScope();
        var (inputs, targets) = data.GetBatch(tensor(new long[] { 2, 0 }), CPU);
        float[] expected = [
            .. new[] { 8, 9, 10, 11, 0, 1, 2, 3 }.Select(static b => (float)(((b / 255.0) - 0.25) / 0.5)),
        ];
        Assert.Multiple(() =>
        {
            Assert.That(inputs.shape, Is.EqualTo(new long[] { 2, 1, 2, 2 }));
            Assert.That(inputs.data<float>().ToArray(), Is.EqualTo(expected).Within(1e-6));
            Assert.That(targets.data<long>().ToArray(), Is.EqualTo(new long[] { 0, 0 }));
        });
    }

    [Test]
    public void Constructor_NoStatistics_TakesTheImagesOwn()
    {
        using var data = Create(2);
        // 0 to 7: mean 3.5, population variance 5.25.
        Assert.Multiple(() =>
        {
            Assert.That(data.Mean, Is.EqualTo(3.5 / 255).Within(1e-12));
            Assert.That(data.Std, Is.EqualTo(Math.Sqrt(5.25) / 255).Within(1e-12));
        });
    }

    [Test]
    public void Split_Stratified_IsDisjointCompleteProportionalAndRepeatable()
    {
        using var data = Create(60, classes: 3);
        var (first, second) = data.Split(0.2, seed: 4);
        var (again, other) = data.Split(0.2, seed: 4);
        var (different, rest) = data.Split(0.2, seed: 5);
        using (first)
        using (second)
        using (again)
        using (other)
        using (different)
        using (rest)
        {
            byte[] Keys(ImageDataset part) => [.. part.Images.bytes.ToArray().Where(static (_, i) => i % 4 == 0)];
            Assert.Multiple(() =>
            {
                Assert.That(Keys(first).Concat(Keys(second)).Order(), Is.EqualTo(Keys(data).Order()));
                Assert.That(
                    second.LabelValues().GroupBy(static l => l).Select(static g => g.Count()), Is.All.EqualTo(4));
                Assert.That(Keys(other), Is.EqualTo(Keys(second)));
                Assert.That(Keys(rest), Is.Not.EqualTo(Keys(second)));
            });
        }
    }

    [TestCase(0.0)]
    [TestCase(1.0)]
    [TestCase(double.NaN)]
    public void Split_FractionOutOfRange_Throws(double fraction)
    {
        using var data = Create(10);
        Assert.That(() => data.Split(fraction, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void From_LabelAboveTheClasses_Throws()
        => Assert.That(
            () => ImageDataset.From(new IdxArray([1, 2, 2], [0, 1, 2, 3]), new IdxArray([1], [7]), ["a", "b"]),
            Throws.ArgumentException.With.Message.Contains("labels 0 to 1"));

    [Test]
    public void From_CountsDiffer_Throws()
        => Assert.That(
            () => ImageDataset.From(new IdxArray([1, 2, 2], [0, 1, 2, 3]), new IdxArray([2], [0, 1]), ["a", "b"]),
            Throws.ArgumentException.With.Message.Contains("(1,2,2) and (2)"));

    [Test]
    public void From_ImagesOfOneColour_AsksForStatistics()
        => Assert.That(
            () => ImageDataset.From(new IdxArray([1, 2, 2], [5, 5, 5, 5]), new IdxArray([1], [0]), ["a", "b"]),
            Throws.ArgumentException.With.Message.Contains("one colour"));

    [Test]
    public void ToHtml_ManyImages_ShowsTheFirstTenAboveTheirClasses()
    {
        using var data = Create(12);
        var html = XElement.Parse(data.ToHtml());
        Assert.That(
            html.Elements().Select(static e => e.Value),
            Is.EqualTo(new[] { "0", "1", "0", "1", "0", "1", "0", "1", "0", "1" }));
        Assert.That(
            html.Descendants("img").Select(static i => (string)i.Attribute("src")!),
            Has.All.StartsWith("data:image/png;base64,iVBORw0KGgo"));
        Assert.That(data.ToString(), Is.EqualTo("12 images (1,2,2) of 0, 1"));
    }

    [Test]
    public void ToHtml_TwoChannels_Throws()
    {
        using var data = new ImageDataset(
            zeros(1, 2, 2, 2, dtype: ScalarType.Byte), zeros(1, dtype: ScalarType.Int64), ["a"], 0, 1);
        Assert.That(data.ToHtml, Throws.TypeOf<NotSupportedException>().With.Message.Contains("got 2"));
    }
}
