using System.Text.Json;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Bayes;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Learners.Kernels;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Neighbors;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Tests.Learners;

/// <summary>Learners beside scikit-learn's: Fixtures/make_learners.py.</summary>
public sealed class LearnerTests
{
    private static readonly JsonElement Fixture = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Learners/Fixtures/learners.json"))).RootElement;

    private static IEnumerable<TestCaseData> Classifiers()
    {
        foreach (var data in new[] { "cancer", "wine" })
        {
            yield return new(data, "logistic", new LogisticRegression { L2 = 2 }, 1e-6);
            yield return new(data, "logistic-weighted", new LogisticRegression { L2 = 2 }, 1e-6);
            yield return new(data, "logistic-l1", new LogisticRegression { L1 = 2, L2 = 0 }, 1e-5);
            yield return new(data, "naive-bayes", new GaussianNaiveBayes(), 1e-9);
            yield return new(data, "neighbors", new NearestNeighbors { Neighbors = 7 }, 1e-12);
            yield return new(
                data, "tree", new DecisionTree { Options = new TreeOptions { MaxDepth = 3, MinLeafRows = 3 } }, 1e-6);
        }
    }

    [TestCaseSource(nameof(Classifiers))]
    public void Predict_OfClasses_IsScikitLearns(string data, string name, ILearner learner, double tolerance)
    {
        var (x, y, train) = Classes(data);
        var fitted = Fit(learner, x, y, train, name.EndsWith("weighted", StringComparison.Ordinal));
        AssertEqual(Expected(data, name), fitted.Predict(x.Take(Rest(train, x))), tolerance);
    }

    [TestCase("svm-rbf", false, 2)]
    [TestCase("svm-linear", true, 0.5)]
    [TestCase("svm-weighted", false, 2)]
    public void Decide_OfASupportVectorMachine_IsScikitLearns(string name, bool linear, double c)
    {
        var (x, y, train) = Classes("cancer");
        var learner = new SupportVectorMachine { Linear = linear, C = c, Tolerance = 1e-8 };
        var fitted = (SupportVectorModel)Fit(learner, x, y, train, name == "svm-weighted");
        var expected = Expected("cancer", name);
        Span<double> decision = stackalloc double[1];
        foreach (var (row, i) in Rest(train, x).Select((row, i) => (row, i)))
        {
            fitted.Decide(x.Row(row), decision);
            Assert.That(decision[0], Is.EqualTo(expected[i].GetDouble()).Within(1e-5));
        }
    }

    private static IEnumerable<TestCaseData> Regressors()
    {
        yield return new("least-squares", new LinearRegression { L2 = 0 }, 1e-7);
        yield return new("ridge", new LinearRegression { L2 = 3 }, 1e-7);
        yield return new("lasso", new LinearRegression { L1 = 2 * 100, L2 = 0 }, 1e-6);
        yield return new("elastic-net", new LinearRegression { L1 = 0.5 * 0.4 * 100, L2 = 0.5 * 0.6 * 100 }, 1e-6);
        yield return new("neighbors", new NearestNeighbors { Neighbors = 4 }, 1e-9);
        yield return new(
            "tree", new DecisionTree { Options = new TreeOptions { MaxDepth = 4, MinLeafRows = 5 } }, 1e-4);
        yield return new("svm-rbf", new SupportVectorMachine { C = 3, Epsilon = 0.2, Tolerance = 1e-8 }, 1e-4);
    }

    [TestCaseSource(nameof(Regressors))]
    public void Predict_OfNumbers_IsScikitLearns(string name, ILearner learner, double tolerance)
    {
        var (x, values, train) = Data("diabetes");
        var fitted = Fit(learner, x, Target.OfNumbers(values), train, false);
        AssertEqual(Expected("diabetes", name), fitted.Predict(x.Take(Rest(train, x))), tolerance);
    }

    private static readonly ILearner[] Ensembles =
        [new RandomForest(), new ExtraTrees(), new GradientBoosting { MinLeafRows = 5 }];

    [Test]
    public void Fit_OfEnsembles_IsBetterThanTheBaselineAndOneTree([ValueSource(nameof(Ensembles))] ILearner learner)
    {
        var (x, y, train) = Classes("wine");
        double Accuracy(ILearner of)
        {
            var predicted = Fit(of, x, y, train, false).Predict(x.Take(Rest(train, x)));
            return Rest(train, x)
                .Select((row, i) => predicted.Row(i).IndexOf(predicted.Row(i).ToArray().Max()) == y.Rows[row] ? 1d : 0)
                    .Average();
        }

        Assert.That(Accuracy(learner), Is.GreaterThan(Accuracy(new ConstantLearner()) + 0.3).And.AtLeast(0.8));
    }

    [Test]
    public void Fit_TwiceWithOneSeed_IsTheSame([ValueSource(nameof(Ensembles))] ILearner learner)
    {
        var (x, y, train) = Classes("cancer");
        var (first, second) =
            (Fit(learner, x, y, train, false).Predict(x), Fit(learner, x, y, train, false).Predict(x));
        Assert.That(first.Values, Is.EqualTo(second.Values));
        Assert.That(
            Enumerable.Range(0, x.Rows).Select(r => first.Row(r).ToArray().Sum()), Is.All.EqualTo(1).Within(1e-6));
    }

    [Test]
    public void Fit_OfGradientBoosting_TakesMissingNumbers()
    {
        var random = new Random(5);
        var (x, labels) = (new Matrix(400, 2), new int[400]);
        for (var row = 0; row < 400; row++)
        {
            x[row, 0] = random.NextDouble() < 0.4 ? double.NaN : random.NextDouble();
            x[row, 1] = random.NextDouble();
            labels[row] = double.IsNaN(x[row, 0]) ? 1 : 0;
        }

        var fitted = new GradientBoosting().Fit(x, Target.OfClasses(labels, ["there", "missing"]));
        var predicted = fitted.Predict(x);
        Assert.That(Enumerable.Range(0, 400).Count(r => predicted[r, 1] > 0.5 == (labels[r] == 1)), Is.EqualTo(400));
    }

    private static readonly ILearner[] All =
    [
        new LogisticRegression(), new GaussianNaiveBayes(), new NearestNeighbors(), new SupportVectorMachine(),
        new DecisionTree(),
        new RandomForest(), new GradientBoosting(), new ConstantLearner(),
    ];

    [Test]
    public void Fit_OfWrongSizesOrInfiniteFeatures_SaysWhat([ValueSource(nameof(All))] ILearner learner)
    {
        var y = Target.OfClasses([0, 1, 0], ["a", "b"]);
        Assert.That(
            () => learner.Fit(new Matrix(2, 1), y), Throws.ArgumentException.With.Message.Contains("2 rows, 3 labels"));
        Assert.That(
            () => learner.Fit(new Matrix(3, 2, [0, 1, 2, double.PositiveInfinity, 4, 5]), y),
            Throws.ArgumentException.With.Message.Contains("row 2, feature 2"));
        Assert.That(
            () => learner.Fit(new Matrix(3, 1), y, [1, -1, 1]),
            Throws.ArgumentException.With.Message.Contains("weights of 0 or more"));
    }

    private static IFittedLearner Fit(ILearner learner, Matrix x, Target y, int train, bool weighted)
    {
        int[] rows = [.. Enumerable.Range(0, train)];
        var weights = weighted ? rows.Select(r => y.Rows[r] == 0 ? 2d : 1).ToArray() : null;
        return learner.Fit(x.Take(rows), y.Take(rows), weights);
    }

    private static void AssertEqual(JsonElement expected, Matrix actual, double tolerance)
    {
        Assert.That(expected.GetArrayLength(), Is.EqualTo(actual.Rows));
        for (var row = 0; row < actual.Rows; row++)
        {
            double[] values = expected[row].ValueKind == JsonValueKind.Array
                ? [.. expected[row].EnumerateArray().Select(v => v.GetDouble())] : [expected[row].GetDouble()];
            Assert.That(actual.Row(row).ToArray(), Is.EqualTo(values).Within(tolerance), $"row {row}");
        }
    }

    private static JsonElement Expected(string data, string name)
        => Fixture.GetProperty(data).GetProperty("learners").GetProperty(name);

    private static int[] Rest(int train, Matrix x) => [.. Enumerable.Range(train, x.Rows - train)];

    private static (Matrix X, Target Y, int Train) Classes(string name)
    {
        var (x, y, train) = Data(name);
        return (x, Target.OfClasses(Array.ConvertAll(y, v => (int)v), name == "cancer" ? ["0", "1"] : ["0", "1", "2"]),
            train);
    }

    private static (Matrix X, double[] Y, int Train) Data(string name)
    {
        var data = Fixture.GetProperty(name);
        var rows = data.GetProperty("x").EnumerateArray()
            .Select(row => row.EnumerateArray().Select(v => v.GetDouble()).ToArray()).ToArray();
        return (
            new Matrix(rows.Length, rows[0].Length, [.. rows.SelectMany(row => row)]),
            [.. data.GetProperty("y").EnumerateArray().Select(v => v.GetDouble())],
            data.GetProperty("train").GetInt32());
    }
}
