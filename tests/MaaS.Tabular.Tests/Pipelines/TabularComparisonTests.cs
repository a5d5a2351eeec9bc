using System.Collections.Concurrent;
using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Pipelines;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Pipelines;

public sealed class TabularComparisonTests
{
    private static readonly Random Draw = new(5);

    private static readonly Table Points = Sample();

    private static readonly TabularTrainerOptions Options =
        new() { Label = "y", Folds = 4, Repeats = 2, TestShare = 0.25, Ensembles = false };

    [Test]
    public void Run_Learner_ScoresAsTheTrainerDoesAndFitsOnTheFoldsAlone()
    {
        var learner = new CountingLearner();
        var measured = new TabularComparison(Points, Options).Run(learner);

        Assert.That(learner.Rows, Has.Count.EqualTo(8), "four folds twice; no fit on all rows");
        Assert.That(learner.Rows, Has.All.EqualTo(90), "three of four folds of three quarters of the rows");
        var trained = TabularTrainer.Train(
            Points,
            Options with { Candidates = new Dictionary<string, ILearner> { ["one"] = new LogisticRegression() } });
        Assert.That(measured.Mean, Is.EqualTo(trained.Leaderboard.Rows[0].Mean).Within(1e-12));
    }

    [Test]
    public void Run_OtherValuesInTheRowsHeldBack_ChangeNothing()
    {
        int[] held = [.. Enumerable.Range(120, 40)];
        double Mean(Table table)
            => new TabularComparison(table, Options with { HeldBack = held }).Run(new LogisticRegression()).Mean;

        var x = ((NumberColumn)Points["x"]).Values.ToArray();
        foreach (var row in held)
        {
            x[row] = 1e6;
        }

        Assert.That(Mean(new Table([new NumberColumn("x", x), Points["y"]])), Is.EqualTo(Mean(Points)));
    }

    [Test]
    public void Spaces_SizeOfTheRowsThatAreLearnedFrom_ChoosesLearners()
    {
        static IEnumerable<string> Names(int rows)
        {
            var x = Enumerable.Range(0, rows).Select(static i => (double)i).ToArray();
            var table = new Table([new NumberColumn("x", x), new NumberColumn("y", x)]);
            return new TabularComparison(table, new() { Label = "y" }).Spaces.Select(static s => s.Name);
        }

        Assert.That(Names(6250), Has.Member("svm-rbf"), "5,000 rows are learned from");
        Assert.That(Names(6300), Has.No.Member("svm-rbf"));
    }

    private static Table Sample()
    {
        var x = Enumerable.Range(0, 160).Select(static _ => (Draw.NextDouble() * 4) - 2).ToArray();
        var y = Array.ConvertAll(x, static v => v + Draw.NextDouble() > 0.5 ? "yes" : "no");
        return new Table([new NumberColumn("x", x), new StringColumn("y", y, ColumnKind.Category)]);
    }

    private sealed class CountingLearner : ILearner
    {
        private readonly LogisticRegression _inner = new();

        public ConcurrentBag<int> Rows { get; } = [];

        public string Name => _inner.Name;

        public FeatureOptions Features => _inner.Features;

        public bool Supports(TabularTask task) => _inner.Supports(task);

        public IFittedLearner Fit(
            Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
        {
            Rows.Add(features.Rows);
            return _inner.Fit(features, target, weights, cancellationToken);
        }
    }
}
