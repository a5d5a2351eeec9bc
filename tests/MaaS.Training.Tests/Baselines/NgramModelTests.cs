using MaaS.Training.Baselines;

namespace MaaS.Training.Tests.Baselines;

public sealed class NgramModelTests
{
    private static readonly int[] Text = [0, 1, 0, 1, 2];

    // By hand. Single tokens: (count + 3/3) / (5 + 3). After 0 came 1 twice: (c + 1·P) / (2 + 1). After 1 came 0 and 2:
    // (c + 2·P) / (2 + 2). After 1 0 came 1 once: (c + 1·P) / (1 + 1).
    [TestCase(1, new int[0], 0, 3 / 8.0)]
    [TestCase(1, new[] { 0 }, 2, 2 / 8.0)]
    [TestCase(2, new[] { 0 }, 1, (2 + 3 / 8.0) / 3)]
    [TestCase(2, new[] { 0 }, 0, 3 / 8.0 / 3)]
    [TestCase(2, new[] { 2, 1 }, 0, (1 + 2 * 3 / 8.0) / 4)]
    [TestCase(2, new[] { 2 }, 0, 3 / 8.0)]
    [TestCase(3, new[] { 1, 0 }, 1, (1 + (2 + 3 / 8.0) / 3) / 2)]
    [TestCase(3, new[] { 2, 0 }, 1, (2 + 3 / 8.0) / 3)]
    public void Probability_SmallText_IsWittenAndBells(int order, int[] history, int token, double expected)
        => Assert.That(NgramModel.Fit(Text, order, 3).Probability(history, token), Is.EqualTo(expected).Within(1e-12));

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Probability_AllTokens_SumToOne(int order)
    {
        var random = new Random(4);
        var model = NgramModel.Fit(
            [.. Enumerable.Range(0, 500).Select(_ => random.Next(6) * random.Next(2))], order, 8);

        foreach (var history in new int[][] { [], [3], [0, 0], [7, 1], [2, 5, 0] })
        {
            Assert.That(Enumerable.Range(0, 8).Sum(t => model.Probability(history, t)), Is.EqualTo(1).Within(1e-12));
        }
    }

    [Test]
    public void Perplexity_Text_IsTheInverseGeometricMean()
    {
        var model = NgramModel.Fit(Text, 2, 3);

        Assert.That(model.Perplexity([0, 1]), Is.EqualTo(1 / Math.Sqrt(3 / 8.0 * ((2 + 3 / 8.0) / 3))).Within(1e-12));
        Assert.That(() => model.Perplexity([]), Throws.ArgumentException.With.Message.Contains("at least one token"));
        Assert.That(() => NgramModel.Fit(Text, 4, 3), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
