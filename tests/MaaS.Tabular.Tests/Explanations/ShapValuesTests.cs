using System.Runtime.InteropServices;
using MaaS.Tabular.Explanations;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Bayes;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection.Selectors;

namespace MaaS.Tabular.Tests.Explanations;

public sealed partial class ShapValuesTests
{
    private const int Rows = 240, Features = 5;

    private static readonly Matrix X = Sample(withMissing: false);

    [TestCase("objective=regression", 1)]
    [TestCase("objective=binary", 1)]
    [TestCase("objective=multiclass num_class=3", 3)]
    public unsafe void Add_OfBoosting_IsLightGbmsOwn(string objective, int targets)
    {
        var x = Sample(withMissing: true);
        var labels = new float[Rows];
        for (var row = 0; row < Rows; row++)
        {
            var score = (double.IsNaN(x[row, 0]) ? 0 : x[row, 0]) + x[row, 1] * x[row, 2];
            labels[row] = objective switch
            {
                "objective=regression" => (float)score,
                "objective=binary" => score > 0 ? 1 : 0,
                _ => score > 0.5 ? 2 : score > -0.5 ? 1 : 0,
            };
        }

        var text = LightGbm.Train(
            x, labels, [.. Enumerable.Repeat(1f, Rows)], objective + " num_leaves=15 min_data_in_leaf=5 verbosity=-1",
            12, default);
        var trees = LightGbmText.Parse(text, targets);
        var expected = new double[Rows * targets * (Features + 1)];
        Assert.That(BoosterLoadModelFromString(text, out _, out var booster), Is.Zero);
        try
        {
            fixed (double* data = x.Values, result = expected)
            {
                Assert.That(
                    BoosterPredictForMat(booster, data, 1, Rows, Features, 1, 3, 0, -1, "", out var length, result),
                    Is.Zero);
                Assert.That(length, Is.EqualTo(expected.Length));
            }
        }
        finally
        {
            Assert.That(BoosterFree(booster), Is.Zero);
        }

        for (var row = 0; row < Rows; row++)
        {
            var into = new Matrix(Features + 1, targets);
            TreeShap.Add(trees, x.Row(row), into);
            for (var k = 0; k < targets; k++)
            {
                Assert.That(
                    into.Column(k),
                    Is.EqualTo(expected.AsSpan((row * targets + k) * (Features + 1), Features + 1).ToArray())
                        .Within(1e-9), $"row {row}, target {k}");
            }
        }
    }

    // Every subset of known features, by the definition of Shapley.
    [Test]
    public void Of_AForest_IsTheDefinition()
    {
        var y = Target.OfClasses([.. Enumerable.Range(0, Rows).Select(Class)], ["a", "b", "c"]);
        var forest = (TreeModel)new RandomForest { Trees = 4, Options = new TreeOptions { MaxDepth = 5 } }.Fit(X, y);
        int[] explained = [0, 7, 100];
        var shap = ShapValues.Of(forest, X.Take(explained), X);
        Assert.That((shap.IsExact, shap.Explained), Is.EqualTo((true, "probability")));
        for (var i = 0; i < explained.Length; i++)
        {
            for (var k = 0; k < 3; k++)
            {
                for (var f = 0; f < Features; f++)
                {
                    var value = 0d;
                    for (var known = 0; known < 1 << Features; known++)
                    {
                        if ((known >> f & 1) == 0)
                        {
                            value += Weight(int.PopCount(known)) * (
                                Expected(forest.Trees, explained[i], known | (1 << f), k)
                                - Expected(forest.Trees, explained[i], known, k));
                        }
                    }

                    Assert.That(shap.Values[k][i, f], Is.EqualTo(value).Within(1e-12), $"row {i}, {k}, feature {f}");
                }
            }
        }
    }

    private static ILearner[] Learners =>
    [
        new RandomForest { Trees = 10 }, new GradientBoosting { Rounds = 10 }, new LogisticRegression(),
        new GaussianNaiveBayes(),
        new SelectingLearner(new UnivariateSelector { Score = UnivariateScore.AnovaF, Count = 2 },
            new LogisticRegression()),
    ];

    [Test]
    public void Of_AnyLearner_SumsToWhatIsExplained([ValueSource(nameof(Learners))] ILearner learner)
    {
        var y = Target.OfClasses([.. Enumerable.Range(0, Rows).Select(r => Class(r) > 0 ? 1 : 0)], ["a", "b"]);
        var fitted = learner.Fit(X, y);
        int[] rows = [3, 50, 77];
        var shap = ShapValues.Of(fitted, X.Take(rows), X, permutations: 400);
        for (var i = 0; i < rows.Length; i++)
        {
            var p = fitted.Predict(X.Take([rows[i]]))[0, 1];
            var sum = shap.Base[0] + Enumerable.Range(0, Features).Sum(f => shap.Values[0][i, f]);
            var expected = shap.Explained == "log odds" ? Math.Log(p / (1 - p)) : p;
            Assert.That(sum, Is.EqualTo(expected).Within(shap.IsExact ? 1e-5 : 0.05), learner.Name);
        }
    }

    [Test]
    public void Of_ALinearModelBySampling_IsTheWeightTimesTheDistance()
    {
        var y = Target.OfNumbers([.. Enumerable.Range(0, Rows).Select(r => 3 * X[r, 0] - X[r, 3])]);
        var fitted = new LinearRegression { L2 = 0 }.Fit(X, y);
        var exact = ShapValues.Of(fitted, X.Take([5, 6]), X);
        var sampled = SampledShap.Of(fitted.Predict, 1, X.Take([5, 6]), X, 2000, 1, default);
        Assert.That(exact.Values[0].Values, Is.EqualTo(sampled.Values[0].Values).Within(0.2));
        Assert.That(exact.Values[0][0, 0], Is.EqualTo(3 * (X[5, 0] - X.Column(0).Average())).Within(1e-9));
        Assert.That((sampled.IsExact, sampled.Explained), Is.EqualTo((false, "number")));
    }

    [Test]
    public void Of_WithoutBackground_IsRefused()
    {
        var fitted = new LinearRegression().Fit(X, Target.OfNumbers(X.Column(0)));
        Assert.That(
            () => ShapValues.Of(fitted, X, new Matrix(0, Features)),
            Throws.ArgumentException.With.Message.Contains("background rows of 5 features"));
    }

    private static double Weight(int known)
    {
        static double Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);
        return Factorial(known) * Factorial(Features - known - 1) / Factorial(Features);
    }

    private static double Expected(TreeEnsemble trees, int row, int known, int k)
    {
        double Of(int node)
        {
            if (trees.Leaf[node] is { } leaf)
            {
                return leaf[k];
            }

            var (left, right, feature) = (trees.Left[node], trees.Right[node], trees.Feature[node]);
            return (known >> feature & 1) == 1
                ? Of(X[row, feature] <= trees.Threshold[node] ? left : right)
                : (trees.Cover[left] * Of(left) + trees.Cover[right] * Of(right)) / trees.Cover[node];
        }

        return trees.Roots.Sum(Of);
    }

    private static int Class(int row)
    {
        var score = X[row, 0] + X[row, 1] * X[row, 2];
        return score > 0.5 ? 2 : score > -0.5 ? 1 : 0;
    }

    private static Matrix Sample(bool withMissing)
    {
        var random = new Random(6);
        var x = new Matrix(Rows, Features);
        for (var i = 0; i < x.Values.Length; i++)
        {
            x.Values[i] = 4 * random.NextDouble() - 2;
            if (withMissing && i % Features == 0 && random.Next(5) == 0)
            {
                x.Values[i] = double.NaN;
            }
        }

        return x;
    }

    [LibraryImport("lib_lightgbm", EntryPoint = "LGBM_BoosterLoadModelFromString",
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BoosterLoadModelFromString(string text, out int iterations, out nint handle);

    [LibraryImport("lib_lightgbm", EntryPoint = "LGBM_BoosterPredictForMat",
        StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int BoosterPredictForMat(
        nint handle, double* data, int type, int rows, int columns, int isRowMajor, int predictType, int start,
        int iterations, string parameters, out long length, double* result);

    [LibraryImport("lib_lightgbm", EntryPoint = "LGBM_BoosterFree")]
    private static partial int BoosterFree(nint handle);
}
