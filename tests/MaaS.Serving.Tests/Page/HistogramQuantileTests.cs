using MaaS.Serving.Page;

namespace MaaS.Serving.Tests.Page;

public sealed class HistogramQuantileTests
{
    private static readonly double[] Bounds = [0.1, 0.2, 1, double.PositiveInfinity];

    // Cases of Prometheus' own tests, promql/promqltest/testdata/histograms.test: "testhistogram", start="positive".
    [TestCase(0.2, 0.048)]
    [TestCase(0.5, 0.15)]
    [TestCase(0.8, 0.72)]
    [TestCase(1, 1)]
    public void Of_BucketsOfPrometheusTests_IsWhatPrometheusSays(double quantile, double expected)
        => Assert.That(HistogramQuantile.Of(quantile, Bounds, [5, 2, 4, 1]), Is.EqualTo(expected).Within(1e-12));

    [Test]
    public void Of_EmptyBucketsBetween_StaysInsideTheBucketThatHasTheRank()
        => Assert.That(HistogramQuantile.Of(0.99, Bounds, [0, 0, 10, 0]), Is.EqualTo(0.2 + (0.8 * 0.99)).Within(1e-12));

    [Test]
    public void Of_NoValues_IsNull() => Assert.That(HistogramQuantile.Of(0.5, Bounds, [0, 0, 0, 0]), Is.Null);
}
