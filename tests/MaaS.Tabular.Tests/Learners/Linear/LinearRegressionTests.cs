using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Tests.Learners.Linear;

/// <summary>Penalised regressions where features nearly follow from each other.</summary>
public sealed class LinearRegressionTests
{
    private const int Rows = 120, Columns = 30;

    /// <summary>The conditions of Karush, Kuhn and Tucker say what the minimum is, however it was found.</summary>
    [TestCase(1e-6, 0, 1)]
    [TestCase(1e-6, 1e-3, 2)]
    [TestCase(1e-4, 1e-3, 3)]
    [TestCase(1e-2, 1e-3, 4)]
    [TestCase(1, 1e-3, 5)]
    [TestCase(30, 1e-3, 6)]
    public void Fit_FeaturesThatNearlyFollowFromEachOther_FindsTheMinimum(double l1, double l2, int seed)
    {
        var random = new Random(seed);
        var x = new Matrix(Rows, Columns);
        var y = new double[Rows];
        for (var row = 0; row < Rows; row++)
        {
            var common = random.NextDouble() - 0.5;
            for (var column = 0; column < Columns; column++)
            {
                x.Row(row)[column] = (common * (1 + (column % 3))) + (1e-3 * (random.NextDouble() - 0.5));
            }

            y[row] = (20 * common) + random.NextDouble();
        }

        AssertMinimum(x, y, l1, l2, 1e-9 * y.Sum(static v => v * v));
    }

    /// <summary>Rounding hides which of the copies is the best; a minimum is one all the same.</summary>
    [TestCase(1e-8, 1e-6)]
    [TestCase(1e-8, 1e-2)]
    [TestCase(1e-8, 1)]
    [TestCase(1e-6, 1e-4)]
    [TestCase(1e-6, 1)]
    [TestCase(0, 1e-8)]
    [TestCase(0, 1e-2)]
    public void Fit_LassoOfCopiesThatDifferByNoise_FindsTheMinimum(double noise, double l1)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var random = new Random(seed);
            var x = new Matrix(Rows, 12);
            var y = new double[Rows];
            for (var row = 0; row < Rows; row++)
            {
                double[] own = [.. Enumerable.Range(0, 4).Select(_ => random.NextDouble() - 0.5)];
                for (var column = 0; column < x.Columns; column++)
                {
                    x.Row(row)[column] = own[column % 4] + (noise * (random.NextDouble() - 0.5));
                }

                y[row] = (20 * own[0]) - (3 * own[1]) + random.NextDouble();
            }

            AssertMinimum(x, y, l1, l2: 0, slack: 1e-9);
        }
    }

    private static void AssertMinimum(Matrix x, double[] y, double l1, double l2, double slack)
    {
        var fitted = new LinearRegression { L1 = l1, L2 = l2 }.Fit(x, Target.OfNumbers(y));

        var (weights, predicted) = (((LinearModel)fitted).Weights.Row(0).ToArray(), fitted.Predict(x));
        for (var column = 0; column < x.Columns; column++)
        {
            var pull = Enumerable.Range(0, x.Rows).Sum(row => x[row, column] * (y[row] - predicted[row, 0]))
                - (l2 * weights[column]);
            var error = weights[column] == 0
                ? Math.Max(0, Math.Abs(pull) - l1) : Math.Abs(pull - (l1 * Math.Sign(weights[column])));
            Assert.That(error, Is.LessThan(slack), $"feature {column}, weight {weights[column]}");
        }
    }
}
