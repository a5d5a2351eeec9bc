using System.Text.Json;
using MaaS.Core.Metrics;

namespace MaaS.Core.Tests.Metrics;

public sealed class ClassificationReportTests
{
    private const double Tolerance = 1e-12;

    [TestCaseSource(typeof(MetricsFixture), nameof(MetricsFixture.Reports))]
    public void Report_ZeroAndOne_EqualScikitLearn(JsonElement expected)
    {
        var matrix = new ConfusionMatrix(expected.GetProperty("classes").GetInt32());
        matrix.Add(expected.Ints("predicted"), expected.Ints("actual"));

        using (Assert.EnterMultipleScope())
        {
            foreach (var (policy, name) in new[] { (ZeroDivision.Zero, "0"), (ZeroDivision.One, "1") })
            {
                var sklearn = expected.GetProperty("reports").GetProperty(name);
                var report = matrix.Report(policy);
                var perClass = sklearn.GetProperty("class");
                Assert.That(
                    report.Classes.Select(c => c.Precision),
                    Is.EqualTo(perClass.Doubles("precision")).Within(Tolerance), name);
                Assert.That(
                    report.Classes.Select(c => c.Recall), Is.EqualTo(perClass.Doubles("recall")).Within(Tolerance),
                    name);
                Assert.That(
                    report.Classes.Select(c => c.F1), Is.EqualTo(perClass.Doubles("f1")).Within(Tolerance), name);
                Assert.That(
                    report.Classes.Select(c => (double)c.Support), Is.EqualTo(perClass.Doubles("support")), name);
                AssertEqual(report.Macro, sklearn.GetProperty("macro"), $"macro, {name}");
                AssertEqual(report.Micro, sklearn.GetProperty("micro"), $"micro, {name}");
                AssertEqual(report.Weighted, sklearn.GetProperty("weighted"), $"weighted, {name}");
            }

            Assert.That(matrix.Report().Accuracy, Is.EqualTo(expected.Double("accuracy")).Within(Tolerance));
        }
    }

    // scikit-learn 1.3 added zero_division=nan: undefined ratios are left out of averages. Computed by hand:
    // class 0 is never predicted, class 2 never there.
    [Test]
    public void Report_NaN_LeavesUndefinedRatiosOutOfAverages()
    {
        var matrix = new ConfusionMatrix(["a", "b", "c"], [[0, 2, 0], [0, 3, 1], [0, 0, 0]]);

        var report = matrix.Report(ZeroDivision.NaN);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                report.Classes.Select(c => c.Precision), Is.EqualTo(new[] { double.NaN, 0.6, 0 }).Within(Tolerance));
            Assert.That(
                report.Classes.Select(c => c.Recall), Is.EqualTo(new[] { 0, 0.75, double.NaN }).Within(Tolerance));
            Assert.That(report.Classes.Select(c => c.F1), Is.EqualTo(new[] { 0, 6 / 9d, 0 }).Within(Tolerance));
            Assert.That(report.Macro.Precision, Is.EqualTo(0.3).Within(Tolerance));
            Assert.That(report.Macro.Recall, Is.EqualTo(0.375).Within(Tolerance));
            Assert.That(report.Weighted.Precision, Is.EqualTo(0.6).Within(Tolerance));
            Assert.That(report.Weighted.Recall, Is.EqualTo(0.5).Within(Tolerance));
        }
    }

    [TestCase(ZeroDivision.Zero, 0)]
    [TestCase(ZeroDivision.One, 1)]
    [TestCase(ZeroDivision.NaN, double.NaN)]
    public void Report_EmptyMatrix_IsThePolicyEverywhere(ZeroDivision policy, double expected)
    {
        var report = new ConfusionMatrix(2).Report(policy);

        Assert.That(report.Accuracy, Is.NaN);
        Assert.That(report.Macro.F1, Is.EqualTo(expected));
        Assert.That(report.Weighted.Recall, Is.EqualTo(expected));
        Assert.That(report.Micro.Precision, Is.EqualTo(expected));
    }

    [Test]
    public void ToJson_WithNaN_RoundTrips()
    {
        var report = new ConfusionMatrix(["a", "b", "c"], [[4, 1, 0], [0, 3, 0], [0, 0, 0]])
            .Report(ZeroDivision.NaN, loss: 0.25);

        var json = report.ToJson();
        var back = ClassificationReport.FromJson(json);

        Assert.That(back.ToJson(), Is.EqualTo(json));
        Assert.That(back.ConfusionMatrix[0, 1], Is.EqualTo(1));
        Assert.That(
            JsonDocument.Parse(json).RootElement.GetProperty("classes")[2].GetProperty("precision").GetString(),
            Is.EqualTo("NaN"));
        Assert.That(JsonDocument.Parse(json).RootElement.GetProperty("loss").GetDouble(), Is.EqualTo(0.25));
    }

    [Test]
    public void ToString_TwoClasses_ShowsClassesAveragesAndSummary()
    {
        var report = new ConfusionMatrix(["cat", "dog"], [[8, 2], [0, 10]]).Report(loss: 0.5);

        Assert.That(report.ToString(), Is.EqualTo(
            "class             precision  recall      f1  support\n" +
            "────────────────────────────────────────────────────\n" +
            "cat                  1.0000  0.8000  0.8889       10\n" +
            "dog                  0.8333  1.0000  0.9091       10\n" +
            "────────────────────────────────────────────────────\n" +
            "macro average        0.9167  0.9000  0.8990       20\n" +
            "micro average        0.9000  0.9000  0.9000       20\n" +
            "weighted average     0.9167  0.9000  0.8990       20\n" +
            "────────────────────────────────────────────────────\n" +
            "accuracy                             0.9000       20\n" +
            "loss                                 0.5000\n"));
    }

    private static void AssertEqual(AverageScores actual, JsonElement expected, string what)
    {
        Assert.That(actual.Precision, Is.EqualTo(expected.Double("precision")).Within(Tolerance), what);
        Assert.That(actual.Recall, Is.EqualTo(expected.Double("recall")).Within(Tolerance), what);
        Assert.That(actual.F1, Is.EqualTo(expected.Double("f1")).Within(Tolerance), what);
    }

    [TestCase("[[1,2],[3]]")]
    [TestCase("[[1,2],null]")]
    [TestCase("[[1,2],[3,-4]]")]
    public void FromJson_CountsThatAreNoMatrix_FailsAsJson(string counts)
    {
        var matrix = new ConfusionMatrix(["a", "b"]);
        matrix.Add([0, 1], [1, 1]);
        var report = System.Text.Json.Nodes.JsonNode.Parse(matrix.Report().ToJson())!;
        report["confusionMatrix"]!["counts"] = System.Text.Json.Nodes.JsonNode.Parse(counts);

        Assert.That(
            () => ClassificationReport.FromJson(report.ToJsonString()),
            Throws.InstanceOf<System.Text.Json.JsonException>());
    }
}
