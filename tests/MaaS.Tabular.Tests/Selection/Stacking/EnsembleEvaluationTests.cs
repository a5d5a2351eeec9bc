using MaaS.Tabular.Export;
using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Bayes;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;
using MaaS.Tabular.Selection.Stacking;

namespace MaaS.Tabular.Tests.Selection.Stacking;

public sealed class EnsembleEvaluationTests
{
    private const int Rows = 240;

    private static readonly Table X = Sample();

    [Test]
    public void Weights_OfModelsThatComplementEachOther_AreSharedAndSumToOne()
    {
        var y = Target.OfNumbers([.. Enumerable.Range(0, 40).Select(static i => (double)i)]);
        Matrix Off(Func<int, double> error) => new(40, 1, [.. Enumerable.Range(0, 40).Select(i => i + error(i))]);
        Matrix[] predictions = [Off(i => i % 2 == 0 ? 1 : -1), Off(i => i % 2 == 0 ? -1 : 1), Off(static _ => 30)];
        var weights = EnsembleSelection.Weights(predictions, y, TabularMetrics.Find("rmse", y.Task));
        Assert.That(weights, Is.EqualTo(new[] { 0.5, 0.5, 0 }).Within(1e-12));
    }

    [Test]
    public void Weighted_LearnsTheWeightsOfASplitFromOtherRows()
    {
        // A model that knows the labels of one split alone gets its weight in the others, where it is no use.
        var y = Target.OfNumbers([.. Enumerable.Range(0, 40).Select(static i => (double)(i % 7))]);
        var splits = Splits.KFold(40, 2);
        var rmse = TabularMetrics.Find("rmse", y.Task);
        CrossValidationResult Result(string name, Func<int, int, double> predicted)
        {
            Matrix[] all =
            [
                .. splits.Select((s, i) => new Matrix(s.Test.Length, 1, [.. s.Test.Select(r => predicted(i, r))])),
            ];
            return new CrossValidationResult(
                name, rmse, [.. all.Select((p, i) => rmse.Measure(p, y.Take(splits[i].Test)))], 0)
            {
                Predictions = all,
            };
        }

        var stacking = new EnsembleEvaluation(
            [
                Result("knows the first", (split, row) => split == 0 ? y.Rows[row] : 100),
                Result("mean", static (_, _) => 3),
            ], y, splits);
        var result = stacking.Weighted("ensemble", out _);
        Assert.That(result.Scores[1], Is.GreaterThan(50), "the second split's weights come from the first");
        Assert.That(result.Scores[0], Is.EqualTo(
            rmse.Measure(new Matrix(20, 1, [.. Enumerable.Repeat(3d, 20)]), y.Take(splits[0].Test))));
    }

    [Test]
    public void Write_OfBothEnsembles_GivesTheSameOnEveryRow([Values(0, 2, 3)] int classes)
    {
        var y = Y(classes);
        ILearner[] learners = classes == 0
            ? [new LinearRegression(), new RandomForest { Trees = 10 }, new LinearRegression { L1 = 50, L2 = 0 }]
            : [new LogisticRegression(), new RandomForest { Trees = 10 },
                new GaussianNaiveBayes { Features = new FeatureOptions { Encoding = CategoryEncoding.Target } }];
        var splits = Splits.Stratified(y, 4);
        var metric = TabularMetrics.Find(classes == 0 ? "rmse" : "log-loss", y.Task);
        CrossValidationResult[] results = [.. learners.Select(l => CrossValidation.Run(l, X, y, splits, metric))];
        ITabularPredictor[] members = [.. learners.Select(l => TabularFit.Fit(l, X, y))];
        var stacking = new EnsembleEvaluation(results, y, splits);
        var weighted = stacking.Weighted("weighted", out var weights);
        var stacked = stacking.Stacked("stacked", out var meta);
        Assert.That(weights.Sum(), Is.EqualTo(1).Within(1e-12));
        int[] used = [.. Enumerable.Range(0, 3).Where(m => weights[m] > 0)];
        ITabularPredictor[] ensembles =
        [
            new WeightedEnsemble([.. used.Select(m => members[m])], [.. used.Select(m => weights[m])]),
            new StackedEnsemble(members, meta, y.Task),
        ];
        foreach (var ensemble in ensembles)
        {
            var parity = TabularParity.Compare(ensemble, TabularOnnx.Write(ensemble, y.Classes), y.Classes, X);
            Assert.That(parity.Holds, $"{parity}");
        }

        var best = results.Min(static r => r.Mean);
        Assert.That(weighted.Mean, Is.LessThan(best * 1.1));
        Assert.That(stacked.Mean, Is.LessThan(best * 1.2));
    }

    [Test]
    public void Stacked_OfNumbersInAnotherUnit_IsTheSameInThatUnit()
    {
        var splits = Splits.KFold(Rows, 4);
        Matrix[] Stacked(double unit)
        {
            var y = Target.OfNumbers([.. Y(0).Rows.Select(v => unit * v)]);
            var rmse = TabularMetrics.Find("rmse", y.Task);
            var random = new Random(7);
            CrossValidationResult Member(double noise)
            {
                Matrix[] all =
                [
                    .. splits.Select(s => new Matrix(s.Test.Length, 1,
                        [.. s.Test.Select(r => y.Rows[r] + unit * noise * (random.NextDouble() - 0.5))])),
                ];
                return new CrossValidationResult(
                    $"{noise}", rmse, [.. all.Select((p, i) => rmse.Measure(p, y.Take(splits[i].Test)))], 0)
                {
                    Predictions = all,
                };
            }

            return [.. new EnsembleEvaluation([Member(0.2), Member(0.8)], y, splits).Stacked("s", out _).Predictions];
        }

        var (metres, millimetres) = (Stacked(1), Stacked(1000));
        for (var split = 0; split < splits.Count; split++)
        {
            Assert.That(
                millimetres[split].Values.ToArray(),
                Is.EqualTo(metres[split].Values.ToArray().Select(static v => 1000 * v)).Within(1e-6));
        }
    }

    [Test]
    public void Stacked_Balanced_GivesARareClassItsChance()
    {
        // Models that know nothing: one row in ten is of the second class.
        var y = Target.OfClasses([.. Enumerable.Range(0, Rows).Select(static i => i % 10 == 0 ? 1 : 0)], ["a", "b"]);
        var splits = Splits.Stratified(y, 4);
        var result = CrossValidation.Run(
            new ConstantLearner(), X, y, splits, TabularMetrics.Find("log-loss", y.Task));
        double Rare(bool balanced) => new EnsembleEvaluation([result, result], y, splits, balanced)
            .Stacked("s", out _).Predictions.Average(static p => p.Column(1).Average());
        Assert.That(Rare(balanced: false), Is.EqualTo(0.1).Within(0.01));
        Assert.That(Rare(balanced: true), Is.EqualTo(0.5).Within(0.01));
    }

    [Test]
    public void New_WithoutPredictionsOrWeights_IsRefused()
    {
        var result = new CrossValidationResult("a", TabularMetrics.Find("rmse", TabularTask.Regression), [1, 2], 0);
        Assert.That(
            () => new EnsembleEvaluation([result, result], Y(0), Splits.KFold(Rows, 2)),
            Throws.ArgumentException.With.Message.Contains("a 0"));
        Assert.That(
            () => new WeightedEnsemble([TabularFit.Fit(new ConstantLearner(), X, Y(0))], [0]),
            Throws.ArgumentException.With.Message.Contains("weight above 0"));
    }

    private static Target Y(int classes)
    {
        var random = new Random(2);
        var x = (NumberColumn)X["x"];
        double[] scores = [.. Enumerable.Range(0, Rows).Select(i => x.Values[i] + 0.5 * random.NextDouble())];
        return classes == 0 ? Target.OfNumbers(scores) : Target.OfClasses(
            Array.ConvertAll(scores, s => Math.Min(classes - 1, (int)(s * classes / 1.5))),
            [.. Enumerable.Range(0, classes).Select(c => $"{c}")]);
    }

    private static Table Sample()
    {
        var random = new Random(1);
        string[] cities = ["a", "b", "c"];
        return new Table(
        [
            new NumberColumn("x", [.. Enumerable.Range(0, Rows).Select(_ => random.NextDouble())]),
            new NumberColumn(
                "gap", [.. Enumerable.Range(0, Rows)
                    .Select(_ => random.Next(9) == 0 ? double.NaN : random.NextDouble())]),
            new StringColumn("city", [.. Enumerable.Range(0, Rows).Select(_ => cities[random.Next(3)])]),
        ]);
    }
}
