using System.Text.Json;
using MaaS.Tabular.Export;
using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Selection.Selectors;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Selection.Selectors;

/// <summary>Feature selection beside scikit-learn's: Fixtures/make_selectors.py.</summary>
public sealed class SelectorTests
{
    private static readonly JsonElement Fixture = JsonDocument.Parse(File.ReadAllText(
        Path.Combine(AppContext.BaseDirectory, "Selection/Selectors/Fixtures/selectors.json"))).RootElement;

    private static IEnumerable<TestCaseData> Selectors()
    {
        foreach (var data in new[] { "cancer", "diabetes" })
        {
            ILearner learner = data == "cancer" ? new LogisticRegression { L2 = 1 } : new LinearRegression { L2 = 1 };
            var scoring = new SelectorScoring { Splits = _ => Splits(data) };
            yield return new(data, "variance", new VarianceThreshold());
            yield return new(data, "variance 0.5", new VarianceThreshold { Threshold = 0.5 });
            yield return new(data, "anova-f", new UnivariateSelector { Score = UnivariateScore.AnovaF, Count = 3 });
            yield return new(data, "l1", new L1Selector { L1 = data == "cancer" ? 10 : 4 });
            yield return new(data, "rfecv", new RecursiveElimination(learner) { Scoring = scoring });
            yield return new(data, "rfecv 2",
                new RecursiveElimination(learner) { Step = 2, Least = 2, Scoring = scoring });
            yield return new(data, "sequential", new SequentialSelector(learner) { Count = 3, Scoring = scoring });
            yield return new(
                data, "sequential-backward",
                new SequentialSelector(learner) { Count = 4, Backward = true, Scoring = scoring });
        }
    }

    [TestCaseSource(nameof(Selectors))]
    public void Choose_IsScikitLearns(string data, string name, IFeatureSelector selector)
    {
        var x = Matrix(data, name.StartsWith("variance", StringComparison.Ordinal) ? "scaled" : "x");
        Assert.That(
            selector.Choose(x, Y(data)),
            Is.EqualTo(Fixture.GetProperty(data).GetProperty("chosen").GetProperty(name).EnumerateArray()
                .Select(v => v.GetInt32())));
    }

    [TestCase("cancer", "chi2", UnivariateScore.ChiSquared)]
    [TestCase("cancer", "anova-f", UnivariateScore.AnovaF)]
    [TestCase("cancer", "mutual-information", UnivariateScore.MutualInformation)]
    [TestCase("cancer", "mutual-information 5", UnivariateScore.MutualInformation)]
    [TestCase("diabetes", "correlation", UnivariateScore.Correlation)]
    [TestCase("diabetes", "anova-f", UnivariateScore.AnovaF)]
    [TestCase("diabetes", "mutual-information", UnivariateScore.MutualInformation)]
    [TestCase("diabetes", "mutual-information 5", UnivariateScore.MutualInformation)]
    public void Scores_AreScikitLearns(string data, string name, UnivariateScore score)
    {
        var x = Matrix(data, "x");
        if (score == UnivariateScore.ChiSquared)
        {
            x = MinMax(x);
        }

        var selector = new UnivariateSelector { Score = score, Neighbors = name.EndsWith('5') ? 5 : 3 };
        double[] expected = Numbers(Fixture.GetProperty(data).GetProperty("scores").GetProperty(name));
        var actual = selector.Scores(x, Y(data));
        for (var f = 0; f < expected.Length; f++)
        {
            Assert.That(actual[f], Is.EqualTo(expected[f]).Within(1e-9 * Math.Max(1, expected[f])), $"feature {f}");
        }
    }

    [TestCase("cancer", "log-loss", 1e-6)]
    [TestCase("diabetes", "rmse", 1e-6)]
    public void Measure_OfPermutations_IsScikitLearns(string data, string metric, double tolerance)
    {
        var (x, y, permutation) = (Matrix(data, "x"), Y(data), Fixture.GetProperty(data).GetProperty("permutation"));
        int[] train = [.. Enumerable.Range(0, 100)], test = [.. Enumerable.Range(100, x.Rows - 100)];
        ILearner learner = data == "cancer" ? new LogisticRegression { L2 = 1 } : new LinearRegression { L2 = 1 };
        var fitted = learner.Fit(x.Take(train), y.Take(train));
        var importances = PermutationImportance.Measure(
            fitted, x.Take(test), y.Take(test), TabularMetrics.Find(metric, y.Task), 3,
            (f, i) => [.. permutation.GetProperty("orders")[f][i].EnumerateArray().Select(v => v.GetInt32())], default);
        Assert.That(
            importances.Select(i => i.Mean), Is.EqualTo(Numbers(permutation.GetProperty("mean"))).Within(tolerance));
        Assert.That(
            importances.Select(i => i.Deviation),
            Is.EqualTo(Numbers(permutation.GetProperty("deviation"))).Within(tolerance));
    }

    [Test]
    public void Choose_ByPermutationAndCorrelation_FindsWhatCountsAndWhatStandsTwice()
    {
        var random = new Random(4);
        var (x, values) = (new Matrix(200, 4), new double[200]);
        for (var row = 0; row < 200; row++)
        {
            (x[row, 0], x[row, 1], x[row, 3]) = (random.NextDouble(), random.NextDouble(), random.NextDouble());
            x[row, 2] = 1 - 3 * x[row, 0] + 0.01 * random.NextDouble();
            values[row] = 5 * x[row, 1] + x[row, 3] + 0.1 * random.NextDouble();
        }

        var y = Target.OfNumbers(values);
        Assert.That(new CorrelationFilter().Choose(x, y), Is.EqualTo(new[] { 0, 1, 3 }));
        var selector = new PermutationSelector(new LinearRegression()) { Threshold = 0.05 };
        Assert.That(selector.Choose(x, y), Is.EqualTo(new[] { 1, 3 }));
        Assert.That(new PermutationSelector(new RandomForest { Trees = 20 }) { Count = 1 }.Choose(x, y),
            Is.EqualTo(new[] { 1 }));
        Assert.That(
            () => new PermutationSelector(new LinearRegression()) { Threshold = 100 }.Choose(x, y),
            Throws.ArgumentException.With.Message.Contains("none of 4 does"));
    }

    [Test]
    public void Choose_WithoutWhatItNeeds_SaysSo()
    {
        var y = Target.OfClasses([0, 1, 0, 1], ["a", "b"]);
        Assert.That(
            () => new UnivariateSelector { Score = UnivariateScore.ChiSquared }.Choose(new Matrix(4, 1, [1, 2, -3, 4]),
                y),
            Throws.ArgumentException.With.Message.Contains("got -3 in row 3, feature 1"));
        Assert.That(
            () => new UnivariateSelector { Score = UnivariateScore.Correlation }.Choose(new Matrix(4, 1), y),
            Throws.ArgumentException.With.Message.Contains("expected a target of Regression"));
        Assert.That(
            () => new VarianceThreshold().Choose(new Matrix(4, 2), y),
            Throws.ArgumentException.With.Message.Contains("none of 2 does"));
        Assert.That(
            () => new RecursiveElimination(new ConstantLearner()) { Scoring = new() { Folds = 2 } }.Choose(
                new Matrix(4, 2), y),
            Throws.ArgumentException.With.Message.Contains(nameof(IFeatureImportances)));
    }

    [Test]
    public void Fit_OfASelectingLearner_SelectsInEveryFoldAnew()
    {
        var recorder = new RecordingSelector();
        var (x, y) = (Matrix("cancer", "x"), Y("cancer"));
        var table = new Table([.. Enumerable.Range(0, x.Columns).Select(c => new NumberColumn($"x{c}", x.Column(c)))]);
        var result = CrossValidation.Run(
            new SelectingLearner(recorder, new LogisticRegression()), table, y, Splits("cancer"),
            TabularMetrics.Find("log-loss", y.Task));
        Assert.That(result.Learner, Is.EqualTo("logistic-regression first-two"));
        Assert.That(recorder.Rows, Is.EqualTo(Splits("cancer").Select(s => s.Train.Length)));
    }

    [Test]
    public void Write_OfASelectingLearner_LeavesFeaturesOutAndGivesTheSame()
    {
        var (x, y) = (Matrix("cancer", "x"), Y("cancer"));
        var table = new Table([.. Enumerable.Range(0, x.Columns).Select(c => new NumberColumn($"x{c}", x.Column(c)))]);
        var learner = new SelectingLearner(
            new UnivariateSelector { Score = UnivariateScore.AnovaF, Count = 3 },
            new LogisticRegression { Features = new FeatureOptions { Interactions = true } });
        var fit = TabularFit.Fit(learner, table, y);
        var parity = TabularParity.Compare(fit, TabularOnnx.Write(fit, y.Classes), y.Classes, table);
        Assert.That(parity.Holds, $"{parity}");
        Assert.That(((IFeatureImportances)fit.Learner).Importances(36).Count(static i => i > 0), Is.EqualTo(3));
    }

    [Test]
    public void Fit_OfALearnerThatAsksForColumns_TellsItOfThoseThatAreChosen()
    {
        var learner = new CardinalityRecorder();
        TabularFit.Fit(
            new SelectingLearner(new UnivariateSelector { Count = 1, Score = UnivariateScore.AnovaF }, learner),
            CardinalityRecorder.Table, CardinalityRecorder.Classes);
        Assert.That(learner.Seen, Is.EqualTo(new[] { new[] { 3 } }));
    }

    private sealed class RecordingSelector : IFeatureSelector
    {
        public List<int> Rows { get; } = [];

        public string Name => "first-two";

        public int[] Choose(Matrix features, Target target, double[]? weights, CancellationToken cancellationToken)
        {
            Rows.Add(features.Rows);
            return [0, 1];
        }
    }

    private static Split[] Splits(string data) =>
    [
        .. Fixture.GetProperty(data).GetProperty("folds").EnumerateArray().Select(fold =>
        {
            int[] test = [.. fold.EnumerateArray().Select(v => v.GetInt32())];
            return new Split([.. Enumerable.Range(0, Matrix(data, "x").Rows).Except(test)], test);
        }),
    ];

    private static Matrix Matrix(string data, string name)
    {
        double[][] rows = [.. Fixture.GetProperty(data).GetProperty(name).EnumerateArray().Select(Numbers)];
        return new Matrix(rows.Length, rows[0].Length, [.. rows.SelectMany(static row => row)]);
    }

    private static Matrix MinMax(Matrix x)
    {
        var scaled = new Matrix(x.Rows, x.Columns);
        for (var c = 0; c < x.Columns; c++)
        {
            var (low, high) = (x.Column(c).Min(), x.Column(c).Max());
            for (var row = 0; row < x.Rows; row++)
            {
                scaled[row, c] = (x[row, c] - low) / (high - low);
            }
        }

        return scaled;
    }

    private static Target Y(string data)
    {
        var y = Numbers(Fixture.GetProperty(data).GetProperty("y"));
        return data == "cancer" ? Target.OfClasses(Array.ConvertAll(y, static v => (int)v), ["0", "1"])
            : Target.OfNumbers(y);
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(static v => v.GetDouble())];
}
