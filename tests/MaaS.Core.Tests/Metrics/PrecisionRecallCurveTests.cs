using MaaS.Core.Metrics;

namespace MaaS.Core.Tests.Metrics;

/// <summary>Figures of scikit-learn's documentation of <c>precision_recall_curve</c> and
/// <c>average_precision_score</c>.</summary>
public sealed class PrecisionRecallCurveTests
{
    private static readonly int[] Actual = [0, 0, 1, 1];
    private static readonly float[] Scores = [0.1f, 0.4f, 0.35f, 0.8f];

    [Test]
    public void Binary_PublishedExample_GivesItsPoints()
    {
        var points = PrecisionRecallCurve.Binary(Scores, Actual);
        // precision [0.5, 0.667, 0.5, 1, 1], recall [1, 1, 0.5, 0.5, 0], thresholds [0.1, 0.35, 0.4, 0.8].
        Assert.That(points.Select(static p => p.Precision), Is.EqualTo(new[] { 1, 0.5, 2 / 3.0, 0.5 }).Within(1e-12));
        Assert.That(points.Select(static p => p.Recall), Is.EqualTo(new[] { 0.5, 0.5, 1, 1 }).Within(1e-12));
        Assert.That(points.Select(static p => p.Threshold), Is.EqualTo(new[] { 0.8f, 0.4f, 0.35f, 0.1f }));
    }

    [Test]
    public void AveragePrecision_PublishedExample_IsItsFigure()
        => Assert.That(PrecisionRecallCurve.AveragePrecision(Scores, Actual), Is.EqualTo(0.83).Within(0.005));

    [Test]
    public void Binary_EqualScores_AreOnePoint()
        => Assert.That(
            PrecisionRecallCurve.Binary([0.5f, 0.5f, 0.5f], [1, 0, 0]),
            Is.EqualTo(new[] { new PrecisionRecallPoint(1, 1 / 3.0, 0.5f) }));

    [TestCase(new[] { 0, 0, 0, 0 })]
    [TestCase(new[] { 0, 2, 1, 1 })]
    [TestCase(new[] { 0, 1 })]
    public void Binary_ActualsThatDoNotFit_AreRefused(int[] actual)
        => Assert.That(() => PrecisionRecallCurve.Binary(Scores, actual), Throws.ArgumentException);
}
