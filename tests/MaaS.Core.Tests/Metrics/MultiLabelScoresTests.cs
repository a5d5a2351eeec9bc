using System.Text.Json;
using MaaS.Core.Metrics;

namespace MaaS.Core.Tests.Metrics;

public sealed class MultiLabelScoresTests
{
    private const double Tolerance = 1e-12;

    private static bool[] Truths(JsonElement expected, string name)
        => Array.ConvertAll(expected.Ints(name), static v => v == 1);

    [TestCaseSource(typeof(MetricsFixture), nameof(MetricsFixture.MultiLabel))]
    public void From_PredictedAndActual_EqualsScikitLearn(JsonElement expected)
    {
        var scores = MultiLabelScores.From(
            Truths(expected, "predicted"), Truths(expected, "actual"),
                labelCount: expected.GetProperty("labels").GetInt32());

        Assert.That(scores.SubsetAccuracy, Is.EqualTo(expected.Double("subset")).Within(Tolerance));
        Assert.That(scores.LabelAccuracy, Is.EqualTo(expected.Double("decisions")).Within(Tolerance));
        Assert.That(scores.Labels.Select(static l => l.F1), Is.EqualTo(expected.Doubles("f1")).Within(Tolerance));
        foreach (var (average, name) in new[] { (scores.Macro, "macro"), (scores.Micro, "micro") })
        {
            Assert.That(
                new[] { average.Precision, average.Recall, average.F1 },
                Is.EqualTo(expected.Doubles(name)).Within(Tolerance), name);
        }
    }

    [Test]
    public void From_NamedLabels_NamesTheirScores()
        => Assert.That(
            MultiLabelScores.From([true, false], [true, true], ["red", "round"]).Labels.Select(l => l.Name),
            Is.EqualTo(new[] { "red", "round" }));

    [Test]
    public void From_RowsThatDoNotFit_Throws()
        => Assert.That(
            () => MultiLabelScores.From([true], [true], labelCount: 2),
            Throws.ArgumentException.With.Message.Contains("rows of 2"));
}
