using MaaS.Training.Tuning.Fronts;

namespace MaaS.Training.Tests.Tuning.Fronts;

internal sealed class HypervolumeTests
{
    [Test]
    public void Of_TwoObjectives_IsTheAreaByHand()
        => Assert.That(
            Hypervolume.Of([[1.0, 3.0], [2.0, 1.0], [3.0, 2.0], [9.0, 0.0]], [4.0, 4.0]),
            Is.EqualTo((1 * 1) + (2 * 3.0)).Within(1e-12), "the third is dominated, the fourth beyond the reference");

    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public void Of_RandomPoints_IsTheShareThatRandomPointsFind(int dimensions)
    {
        var random = new Random(3);
        IReadOnlyList<double>[] points =
            [.. Enumerable.Range(0, 8).Select(_ => (IReadOnlyList<double>)Point())];
        var hits = Enumerable.Range(0, 200_000).Count(_ =>
        {
            var x = Point();
            return points.Any(p => p.Zip(x, static (a, b) => a <= b).All(static below => below));
        });

        // Three standard deviations of a share of 200,000 draws are at most 0.0034.
        Assert.That(
            Hypervolume.Of(points, [.. Enumerable.Repeat(1.0, dimensions)]),
            Is.EqualTo(hits / 200_000.0).Within(0.0034));

        double[] Point() => [.. Enumerable.Range(0, dimensions).Select(_ => random.NextDouble())];
    }

    [Test]
    public void Choose_TwoOfThree_TakesThoseThatCoverMost()
        => Assert.That(
            Hypervolume.Choose([[1.0, 3.0], [1.1, 2.9], [3.0, 1.0]], 2, [4.0, 4.0]), Is.EquivalentTo(new[] { 1, 2 }));

    [Test]
    public void Ranks_Layers_AreCountedFromTheFront()
        => Assert.That(
            Pareto.Ranks([[1.0, 4.0], [2.0, 2.0], [4.0, 1.0], [3.0, 3.0], [5.0, 5.0], [2.0, 2.0]]),
            Is.EqualTo(new[] { 0, 0, 0, 1, 2, 0 }));
}
