using System.Text.Json;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;

namespace MaaS.Tabular.Tests.Metrics;

/// <summary>Measures beside scikit-learn's: Fixtures/make_metrics.py.</summary>
public sealed class TabularMetricsTests
{
    private static readonly JsonElement Fixture = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Metrics/Fixtures/metrics.json"))).RootElement;

    [TestCase(0)]
    [TestCase(1)]
    public void Measure_OfClasses_IsScikitLearns(int index)
    {
        var data = Fixture.GetProperty("classes")[index];
        var count = data.GetProperty("classes").GetInt32();
        var y = Target.OfClasses(
            [.. Numbers(data.GetProperty("y")).Select(v => (int)v)],
            [.. Enumerable.Range(0, count).Select(c => $"{c}")]);
        var p = new Matrix(y.Count, count, [.. data.GetProperty("p").EnumerateArray().SelectMany(Numbers)]);

        var scores = data.GetProperty("scores");
        Assert.That(
            scores.EnumerateObject().Select(s => s.Name),
            Is.EquivalentTo(TabularMetrics.Names(TabularTask.Classification)));
        foreach (var score in scores.EnumerateObject())
        {
            Assert.That(
                TabularMetrics.Find(score.Name, TabularTask.Classification).Measure(p, y),
                Is.EqualTo(score.Value.GetDouble()).Within(1e-12), score.Name);
        }
    }

    [Test]
    public void Measure_OfNumbers_IsScikitLearns()
    {
        var data = Fixture.GetProperty("numbers");
        var y = Target.OfNumbers(Numbers(data.GetProperty("y")));
        var p = new Matrix(y.Count, 1, Numbers(data.GetProperty("p")));
        var scores = data.GetProperty("scores");
        Assert.That(
            scores.EnumerateObject().Select(s => s.Name),
            Is.EquivalentTo(TabularMetrics.Names(TabularTask.Regression).Append("pinball-0.9")));
        foreach (var score in scores.EnumerateObject())
        {
            var metric = score.Name == "pinball-0.9" ? TabularMetrics.Pinball(0.9)
                : TabularMetrics.Find(score.Name, TabularTask.Regression);
            Assert.That(metric.Measure(p, y), Is.EqualTo(score.Value.GetDouble()).Within(1e-12), score.Name);
        }
    }

    [Test]
    public void Compare_IsNadeauAndBengios()
    {
        var data = Fixture.GetProperty("ttest");
        var split =
            new Split(new int[data.GetProperty("train").GetInt32()], new int[data.GetProperty("test").GetInt32()]);
        var (first, second) = (Numbers(data.GetProperty("first")), Numbers(data.GetProperty("second")));
        var test = CorrectedTTest.Compare(first, second, [.. Enumerable.Repeat(split, 10)]);
        Assert.That(test.T, Is.EqualTo(data.GetProperty("t").GetDouble()).Within(1e-10));
        Assert.That(test.P, Is.EqualTo(data.GetProperty("p").GetDouble()).Within(1e-10));
        var (low, high) = CorrectedTTest.Interval(first, [.. Enumerable.Repeat(split, 10)]);
        Assert.That(new[] { low, high }, Is.EqualTo(Numbers(data.GetProperty("interval"))).Within(1e-10));
        Assert.That(CorrectedTTest.Compare(first, first, [.. Enumerable.Repeat(split, 10)]).P, Is.EqualTo(1));
    }

    [Test]
    public void Measure_OfNaN_NamesTheRow()
        => Assert.That(
            () => TabularMetrics.Find("rmse", TabularTask.Regression).Measure(
                new Matrix(2, 1, [1, double.NaN]), Target.OfNumbers([1, 2])),
            Throws.ArgumentException.With.Message.Contains("got NaN in row 2"));

    [Test]
    public void Find_OfAnotherTasksMetric_ListsThoseThatAreThere()
        => Assert.That(
            () => TabularMetrics.Find("rmse", TabularTask.Classification),
            Throws.ArgumentException.With.Message.Contains("accuracy, balanced-accuracy")
                .And.Message.Contains("got 'rmse'"));

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];
}
