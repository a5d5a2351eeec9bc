using MaaS.Tabular.Export;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Selection.Calibration;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Networks.Tests;

[NonParallelizable]
public sealed class NetworkLearnerTests
{
    private const int Rows = 300, Train = 240;

    private static readonly Table All = Sample();

    private static readonly int[] TrainRows = [.. Enumerable.Range(0, Train)];

    private static readonly int[] OtherRows = [.. Enumerable.Range(Train, Rows - Train)];

    private static NetworkLearner[] Learners =>
    [
        new MlpLearner { Hidden = [32], Options = new() { Epochs = 60, LearningRate = 1e-2 } },
        new FtTransformerLearner { Width = 16, Layers = 1, Heads = 2,
            Options = new() { Epochs = 60, LearningRate = 3e-3 } },
    ];

    [Test]
    public void Fit_OfClasses_LearnsWhatACategoryAndANumberDoTogether(
        [ValueSource(nameof(Learners))] NetworkLearner learner)
    {
        var y = Classes(2);
        var fit = TabularFit.Fit(learner, All.Take(TrainRows), y.Take(TrainRows));
        var score = TabularMetrics.Find("accuracy", y.Task)
            .Measure(fit.Predict(All.Take(OtherRows)), y.Take(OtherRows));
        Assert.That(score, Is.GreaterThan(0.85), learner.Name);
    }

    [Test]
    public void Write_GivesTheSameOnEveryRow(
        [ValueSource(nameof(Learners))] NetworkLearner learner, [Values(0, 2, 3)] int classes, [Values] bool dates)
    {
        var y = classes == 0 ? Target.OfNumbers([.. Enumerable.Range(0, Rows).Select(r => 100 + 30 * Score(r))])
            : Classes(classes);
        var table = dates ? All : All.Without("since");
        var fit = TabularFit.Fit(learner, table.Take(TrainRows), y.Take(TrainRows));
        var parity = TabularParity.Compare(fit, TabularOnnx.Write(fit, y.Classes), y.Classes, table);
        Assert.That(parity.Tolerance, Is.EqualTo(1e-4));
        Assert.That(parity.Holds, $"{learner.Name}: {parity}");
        Assert.That(parity.LargestDifference, Is.LessThan(1e-5));
    }

    [Test]
    public void Fit_TwiceWithOneSeed_IsTheSame([ValueSource(nameof(Learners))] NetworkLearner learner)
    {
        var y = Classes(2);
        double[] Predicted() => [.. TabularFit.Fit(learner, All.Take(TrainRows), y.Take(TrainRows)).Predict(All)
            .Column(1)];
        var first = Predicted();
        Assert.That(Predicted(), Is.EqualTo(first));
    }

    [Test]
    public void Fit_WithinAnotherLearner_StillExports()
    {
        var y = Classes(2);
        var learner = new CalibratedLearner(Learners[0]) { Folds = 2 };
        var fit = TabularFit.Fit(learner, All.Take(TrainRows), y.Take(TrainRows));
        var parity = TabularParity.Compare(fit, TabularOnnx.Write(fit, y.Classes), y.Classes, All);
        Assert.That((parity.Tolerance, parity.Holds), Is.EqualTo((1e-4, true)), $"{parity}");
    }

    [Test]
    public void Fit_WithWrongOptions_SaysWhat()
        => Assert.That(
            () => new MlpLearner { Options = new() { Patience = 0 } }.Fit(new Matrix(4, 1),
                Target.OfClasses([0, 1, 0, 1], ["a", "b"])),
            Throws.ArgumentException.With.Message.Contains("Patience"));

    [Test]
    public void Default_NetworksAreLearnersOfBothTasks()
        => Assert.That(NetworkCandidates.Default()
            .Values.SelectMany(l => Enum.GetValues<TabularTask>().Select(l.Supports)), Is.All.True);

    private static Target Classes(int count) => Target.OfClasses(
        [.. Enumerable.Range(0, Rows).Select(r => Math.Clamp((int)((Score(r) + 1) * count / 2), 0, count - 1))],
        [.. Enumerable.Range(0, count).Select(c => $"{c}")]);

    // The number counts upwards in one city and downwards in the others.
    private static double Score(int row)
    {
        var x = ((NumberColumn)All["x"]).Values[row];
        return ((StringColumn)All["city"]).Values[row] == "Kyoto" ? x : -x;
    }

    private static Table Sample()
    {
        var random = new Random(4);
        string[] cities = ["Kyoto", "Osaka"];
        return new Table(
        [
            new NumberColumn("x", [.. Enumerable.Range(0, Rows).Select(_ => 2 * random.NextDouble() - 1)]),
            new StringColumn("city", [.. Enumerable.Range(0, Rows)
                .Select(r => r > Train && r % 20 == 0 ? "Nara" : cities[random.Next(2)])]),
            new NumberColumn(
                "since", [.. Enumerable.Range(0, Rows)
                    .Select(_ => random.Next(9) == 0 ? double.NaN : 86400d * random.Next(9000))],
                ColumnKind.Date),
        ]);
    }
}
