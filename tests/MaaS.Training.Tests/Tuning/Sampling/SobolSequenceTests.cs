using System.Text.Json;
using MaaS.Training.Tuning.Sampling;

namespace MaaS.Training.Tests.Tuning.Sampling;

internal sealed class SobolSequenceTests
{
    [Test]
    public void Point_Plain_IsSciPys()
    {
        using var fixture = JsonDocument.Parse(File.ReadAllText(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "Tuning", "Fixtures", "sobol.json")));
        var expected = fixture.RootElement.GetProperty("points").EnumerateArray()
            .Select(static p => p.EnumerateArray().Select(static v => v.GetDouble()).ToArray()).ToArray();
        var sequence = new SobolSequence(64, seed: null);

        for (var i = 0; i < expected.Length; i++)
        {
            Assert.That(sequence.Point(i), Is.EqualTo(expected[i]), $"point {i}");
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    public void Point_Scrambled_StaysEvenInEachDimension(int seed)
    {
        var sequence = new SobolSequence(64, seed);
        var points = Enumerable.Range(0, 256).Select(i => sequence.Point(i)).ToArray();

        for (var d = 0; d < 64; d++)
        {
            Assert.That(points.Select(p => (int)(p[d] * 256)).Distinct().Count(), Is.EqualTo(256), $"dimension {d}");
        }

        Assert.That(points[0], Is.Not.EqualTo(new SobolSequence(64, seed + 1).Point(0)));
        Assert.That(points[7], Is.EqualTo(new SobolSequence(64, seed).Point(7)));
    }

    [Test]
    public void Constructor_TooManyDimensions_SaysHowManyThereAre()
        => Assert.That(
            () => new SobolSequence(65, 1), Throws.ArgumentException.With.Message.Contains("expected 1 to 64"));
}
