using System.Text.Json;
using MaaS.Core.Metrics;

namespace MaaS.Core.Tests.Metrics;

public sealed class ScoreMetricsTests
{
    private const double Tolerance = 1e-12;

    [TestCaseSource(typeof(MetricsFixture), nameof(MetricsFixture.Binary))]
    public void RocAucBinary_Scores_EqualsScikitLearn(JsonElement expected)
        => Assert.That(
            RocAuc.Binary(expected.Floats("scores"), expected.Ints("actual")),
            Is.EqualTo(expected.Double("auc")).Within(Tolerance));

    [TestCaseSource(typeof(MetricsFixture), nameof(MetricsFixture.Scores))]
    public void RocAucOneVsRest_Scores_EqualsScikitLearn(JsonElement expected)
    {
        var (scores, actual) = (expected.Floats("scores"), expected.Ints("actual"));

        Assert.That(RocAuc.OneVsRest(scores, actual), Is.EqualTo(expected.Doubles("oneVsRest")).Within(Tolerance));
        Assert.That(RocAuc.Macro(scores, actual), Is.EqualTo(expected.Double("macro")).Within(Tolerance));
        Assert.That(RocAuc.Weighted(scores, actual), Is.EqualTo(expected.Double("weighted")).Within(Tolerance));
    }

    [TestCaseSource(typeof(MetricsFixture), nameof(MetricsFixture.Scores))]
    public void TopKAccuracy_EveryK_EqualsScikitLearn(JsonElement expected)
    {
        var top = expected.Doubles("topK");

        Assert.That(
            Enumerable.Range(1, top.Length)
                .Select(k => TopKAccuracy.Compute(expected.Floats("scores"), expected.Ints("actual"), k)),
            Is.EqualTo(top).Within(Tolerance));
    }

    [TestCaseSource(typeof(MetricsFixture), nameof(MetricsFixture.Scores))]
    public void LogLoss_Probabilities_EqualsScikitLearn(JsonElement expected)
        => Assert.That(
            LogLoss.Compute(expected.Floats("scores"), expected.Ints("actual")),
            Is.EqualTo(expected.Double("logLoss")).Within(Tolerance));

    [Test]
    public void LogLoss_Logits_ThrowsNamingSoftmax()
        => Assert.That(() => LogLoss.Compute([2f, 3f], [0]), Throws.ArgumentException.With.Message.Contains("softmax"));

    [Test]
    public void RocAuc_OneClassOnly_IsNaN() => Assert.That(RocAuc.Binary([0.1f, 0.9f], [1, 1]), Is.NaN);

    [Test]
    public void RocAuc_NaNScore_Throws()
        => Assert.That(
            () => RocAuc.Binary([float.NaN, 0], [0, 1]), Throws.ArgumentException.With.Message.Contains("NaN"));

    [Test]
    public void TopKAccuracy_ScoresNotDivisible_Throws()
        => Assert.That(
            () => TopKAccuracy.Compute([1, 2, 3], [0, 1], 1),
            Throws.ArgumentException.With.Message.Contains("3 scores for 2 samples"));
}
