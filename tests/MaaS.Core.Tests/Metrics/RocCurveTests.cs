using MaaS.Core.Metrics;

namespace MaaS.Core.Tests.Metrics;

public sealed class RocCurveTests
{
    // sklearn.metrics.roc_curve([0, 0, 1, 1, 1, 0], [.1, .4, .35, .8, .4, .2], drop_intermediate=False)
    [Test]
    public void Binary_ScoresWithATie_EqualsScikitLearn()
    {
        var curve = RocCurve.Binary([0.1f, 0.4f, 0.35f, 0.8f, 0.4f, 0.2f], [0, 0, 1, 1, 1, 0]);
        Assert.That(
            curve.Select(static p => p.FalsePositiveRate),
            Is.EqualTo(new[] { 0, 0, 1 / 3.0, 1 / 3.0, 2 / 3.0, 1 }).Within(1e-12));
        Assert.That(
            curve.Select(static p => p.TruePositiveRate),
            Is.EqualTo(new[] { 0, 1 / 3.0, 2 / 3.0, 1, 1, 1 }).Within(1e-12));
        Assert.That(
            curve.Select(static p => p.Threshold),
            Is.EqualTo(new[] { float.PositiveInfinity, 0.8f, 0.4f, 0.35f, 0.2f, 0.1f }));
    }

    [Test]
    public void Binary_OneClass_Throws()
        => Assert.That(() => RocCurve.Binary([0.5f, 0.4f], [1, 1]), Throws.ArgumentException);

    [Test]
    public void Binary_NaN_Throws()
        => Assert.That(() => RocCurve.Binary([0.5f, float.NaN], [1, 0]), Throws.ArgumentException);
}
