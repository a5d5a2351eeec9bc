using System.Text.Json;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Selection;

/// <summary>Curves beside scikit-learn's and a bootstrap beside scipy's: Fixtures/make_curves.py; nested
/// cross-validation.</summary>
public sealed class CurvesTests
{
    private static readonly JsonElement Fixture = JsonDocument.Parse(File.ReadAllText(
        Path.Combine(AppContext.BaseDirectory, "Selection/Fixtures/curves.json"))).RootElement;

    private static readonly Metric Rmse = TabularMetrics.Find("rmse", TabularTask.Regression);

    [Test]
    public void ByRows_IsScikitLearns()
        => AssertCurve(
            LearningCurves.ByRows(new LinearRegression(), X, Y, Folds, Rmse, seed: null), Fixture.GetProperty("rows"));

    [Test]
    public void ByOption_IsScikitLearns()
    {
        var learners = new OrderedDictionary<string, ILearner>();
        foreach (var value in new[] { "0.1", "10", "1000" })
        {
            learners[value] = new LinearRegression { L2 = double.Parse(value) };
        }

        AssertCurve(LearningCurves.ByOption(learners, X, Y, Folds, Rmse), Fixture.GetProperty("option"));
    }

    [Test]
    public void ByRows_OfAShareThatTakesNoRow_IsRefused()
        => Assert.That(
            () => LearningCurves.ByRows(new LinearRegression(), X, Y, Folds, Rmse, [0.001]),
            Throws.ArgumentException.With.Message.Contains("1 to 120 rows"));

    [Test]
    public void Of_MeanAbsoluteErrors_IsScipysInterval()
    {
        var mean = Y.Rows.Average();
        var predictions = new Matrix(Y.Count, 1, [.. Enumerable.Repeat(mean, Y.Count)]);
        var interval = BootstrapInterval.Of(
            predictions, Y, TabularMetrics.Find("mae", Y.Task), draws: 20_000, seed: 3);
        Assert.That(interval.Low, Is.EqualTo(Fixture.GetProperty("bootstrap")[0].GetDouble()).Within(0.3));
        Assert.That(interval.High, Is.EqualTo(Fixture.GetProperty("bootstrap")[1].GetDouble()).Within(0.3));
        Assert.That(interval.Value, Is.GreaterThan(interval.Low).And.LessThan(interval.High));
    }

    [Test]
    public void OfDifference_OfOneAndTheSame_IsZeroAndOfABetterOneIsNot()
    {
        var worse = new Matrix(Y.Count, 1, [.. Y.Rows.Select(static y => y + 20)]);
        var better = new Matrix(Y.Count, 1, [.. Y.Rows.Select(static (y, i) => y + i % 3)]);
        var same = BootstrapInterval.OfDifference(better, better, Y, Rmse, draws: 100);
        Assert.That((same.Low, same.High), Is.EqualTo((0d, 0d)));
        Assert.That(BootstrapInterval.OfDifference(better, worse, Y, Rmse, draws: 100).High, Is.LessThan(-18));
    }

    [Test]
    public void Run_Nested_ChoosesWithinTheTrainingRowsAlone()
    {
        Dictionary<string, ILearner> candidates = new()
        {
            ["baseline"] = new ConstantLearner(),
            ["ridge"] = new LinearRegression(),
        };
        List<int> seen = [];
        var result = NestedCrossValidation.Run(candidates, X, Y, Folds, y =>
        {
            seen.Add(y.Count);
            return Splits.KFold(y.Count, 3);
        }, Rmse);
        Assert.That(result.Chosen, Is.All.EqualTo("ridge"));
        Assert.That(seen, Is.EqualTo(new[] { 120, 120, 120, 120 }));
        Assert.That(
            result.Scores,
            Is.EqualTo(CrossValidation.Run(new LinearRegression(), X, Y, Folds, Rmse).Scores).Within(1e-12));
    }

    private static Table X => new(Enumerable.Range(0, 5).Select(static c => new NumberColumn(
        $"x{c}", [.. Fixture.GetProperty("x").EnumerateArray().Select(row => row[c].GetDouble())])));

    private static Target Y => Target.OfNumbers(Numbers(Fixture.GetProperty("y")));

    private static Split[] Folds =>
    [
        .. Fixture.GetProperty("folds").EnumerateArray().Select(static fold =>
        {
            int[] test = [.. fold.EnumerateArray().Select(static v => v.GetInt32())];
            return new Split([.. Enumerable.Range(0, 160).Except(test)], test);
        }),
    ];

    private static void AssertCurve(IReadOnlyList<CurvePoint> points, JsonElement expected)
    {
        for (var i = 0; i < points.Count; i++)
        {
            Assert.That(points[i].Name, Is.EqualTo(expected.GetProperty("names")[i].GetRawText()));
            Assert.That(points[i].Train, Is.EqualTo(Numbers(expected.GetProperty("train")[i])).Within(1e-8));
            Assert.That(points[i].Test, Is.EqualTo(Numbers(expected.GetProperty("test")[i])).Within(1e-8));
        }
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(static v => v.GetDouble())];
}
