using MaaS.Tabular.Metrics;
using MaaS.Tabular.Pipelines;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;

namespace MaaS.Tabular.Tests.Pipelines;

public sealed class ContenderTests
{
    private static readonly Split[] Five =
        [.. Enumerable.Range(0, 5).Select(static _ => new Split([.. Enumerable.Range(0, 80)], new int[20]))];

    // Differences to the best vary by 0.00025 around 0.1: by hand their standard error is
    // √((1/5 + 20/80) · 0.00025) = 0.0106, so that 0.1 are two of them where they are 4.71 times as far apart.
    private static readonly double[] Even = [-0.02, -0.01, 0, 0.01, 0.02], Best = [1, 2, 3, 2, 1];

    [TestCase(1, "tuned", TestName = "Choose_OfAClearDifference_IsTheBest")]
    [TestCase(15, "mean", TestName = "Choose_OfADifferenceWithinItsError_IsTheMean")]
    [TestCase(4.8, "mean", TestName = "Choose_OfADifferenceOfLessThanTwoErrors_IsTheMean")]
    [TestCase(4.6, "tuned", TestName = "Choose_OfADifferenceOfMoreThanTwoErrors_IsTheBest")]
    public void Choose_ComparesWithTheErrorOfTheDifference(double spread, string expected)
    {
        var (tuned, mean) = (Of("tuned", Best), Of("mean", Differing(0.1, spread)) with { IsMean = true });
        Assert.That(Contender.Choose([tuned, Of("other", Best), mean], Five, 2).Name, Is.EqualTo(expected));
    }

    [Test]
    public void Choose_OfWorseByTheSameInEverySplitOrWithoutAMean_IsTheBest()
    {
        var tuned = Of("tuned", Best);
        var mean = Of("mean", Array.ConvertAll(Best, static s => s + 0.001)) with { IsMean = true };
        Assert.That(Contender.Choose([tuned, mean], Five, 2), Is.SameAs(tuned));
        Assert.That(Contender.Choose([mean, tuned], Five, 2), Is.SameAs(mean));
        Assert.That(Contender.Choose([tuned, Of("other", Best)], Five, 2), Is.SameAs(tuned));
        var infinite = Of("infinite", [double.PositiveInfinity, 1, 1, 1, 1]);
        Assert.That(Contender.Choose([tuned, infinite with { IsMean = true }], Five, 2), Is.SameAs(tuned));
    }

    private static double[] Differing(double mean, double spread)
        => [.. Best.Zip(Even, (best, noise) => best + mean + (spread * noise))];

    private static Contender Of(string name, double[] scores) => new(
        name, new CrossValidationResult(name, TabularMetrics.Find("rmse", TabularTask.Regression), scores, 0),
        new Dictionary<string, string>(), [], static _ => throw new InvalidOperationException("is not fitted"));
}
