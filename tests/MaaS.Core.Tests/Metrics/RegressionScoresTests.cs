using System.Text.Json;
using MaaS.Core.Metrics;

namespace MaaS.Core.Tests.Metrics;

public sealed class RegressionScoresTests
{
    private const double Tolerance = 1e-12;

    [TestCaseSource(typeof(MetricsFixture), nameof(MetricsFixture.Regression))]
    public void From_PredictedAndActual_EqualsScikitLearn(JsonElement expected)
    {
        var scores = RegressionScores.From(
            expected.Floats("predicted"), expected.Floats("actual"), expected.GetProperty("outputs").GetInt32());

        Assert.That(scores.Mae, Is.EqualTo(expected.Double("mae")).Within(Tolerance));
        Assert.That(scores.Rmse, Is.EqualTo(expected.Double("rmse")).Within(Tolerance));
        Assert.That(scores.R2, Is.EqualTo(expected.Double("r2")).Within(Tolerance));
    }

    [Test]
    public void From_OneSample_HasNoR2() => Assert.That(RegressionScores.From([1], [2]).R2, Is.NaN);

    [Test]
    public void From_SizesThatDiffer_Throws()
        => Assert.That(
            () => RegressionScores.From([1, 2], [1]), Throws.ArgumentException.With.Message.Contains("got 2 and 1"));
}
