using MaaS.Core.Packages;
using MaaS.Tabular.Export;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Streaming;
using MaaS.Tabular.Tables;
using MaaS.Tests;

namespace MaaS.Tabular.Tests.Streaming;

public sealed class StreamedTrainerTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public async Task TrainAsync_OnAFileOfTwoBatches_LearnsAndServes()
    {
        var stream = await OpenAsync(100_000);
        var model = await StreamedTrainer.TrainAsync(
            stream, new StreamedTrainerOptions { Label = "y", Above = 1, SampleRows = 5000, Learner = Quick });

        Assert.That((double)model.TestRows / stream.Rows, Is.EqualTo(0.2).Within(0.01));
        Assert.That(model.TrainRows + model.TestRows, Is.EqualTo(stream.Rows));
        // y = x + (c is "k1") + noise: the label's own noise leaves about 0.9.
        Assert.That(model.TestScores["roc-auc"], Is.GreaterThan(0.85));
        Assert.That(model.BaselineScores["roc-auc"], Is.EqualTo(0.5).Within(1e-9));
        Assert.That(model.TestScores["log-loss"], Is.LessThan(model.BaselineScores["log-loss"] - 0.1));

        var (parity, _) = await model.SavePackageAsync(_folder["m.maas"], "m");

        Assert.That((parity.Rows, parity.DifferentLabels), Is.EqualTo((stream.Rows, 0)));
        using var package = await ModelPackage.OpenAsync(_folder["m.maas"]);
        var form = RowForm.FromJson(await package.ReadAsync(RowForm.FileName));
        Assert.That(
            form.Fields.Select(f => (f.Name, f.Kind)),
            Is.EqualTo(new[] { ("x", RowFieldKind.Number), ("c", RowFieldKind.Category) }));
        Assert.That(form.Fields[1].Categories, Is.EqualTo(new[] { "k0", "k1", "k2" }));
    }

    [Test]
    public void RowSet_PushedInPieces_GivesTheModelOfTheWholeMatrix()
    {
        var random = new Random(1);
        var features = new Matrix(3000, 4);
        var target = new double[3000];
        for (var row = 0; row < features.Rows; row++)
        {
            for (var c = 0; c < 4; c++)
            {
                features[row, c] = random.Next(10) switch { 0 => double.NaN, 1 => 0, _ => random.NextDouble() - 0.5 };
            }

            target[row] = (double.IsNaN(features[row, 0]) ? 1 : features[row, 0]) + features[row, 3] is > 0.1 ? 1 : 0;
        }

        var learner = new GradientBoosting { Rounds = 20, Threads = 1 };
        var labels = Target.OfClasses(Array.ConvertAll(target, static t => (int)t), ["a", "b"]);
        using var rows = new LightGbm.RowSet(features, 3000, learner.Parameters(labels, 1));
        foreach (var start in new[] { 0, 1000, 2999 })
        {
            var end = start switch { 0 => 1000, 1000 => 2999, _ => 3000 };
            rows.Push(features.Take([.. Enumerable.Range(start, end - start)]));
        }

        var (text, rounds) = rows.Train(Array.ConvertAll(target, static t => (float)t), 20, CancellationToken.None);
        Assert.That(rounds, Is.EqualTo(20));
        var streamed = GradientBoosting.Read(text, labels);
        var whole = learner.Fit(features, labels);

        var (a, b) = (new double[2], new double[2]);
        for (var row = 0; row < features.Rows; row++)
        {
            streamed.Predict(features.Row(row), a);
            whole.Predict(features.Row(row), b);
            Assert.That(a, Is.EqualTo(b), $"row {row}");
        }
    }

    [Test]
    public void Train_UntilTheLossOfOthersIsNoLower_KeepsTheBestRound()
    {
        var random = new Random(7);
        (Matrix Features, int[] Labels) Draw(int count)
        {
            var (x, y) = (new Matrix(count, 3), new int[count]);
            for (var row = 0; row < count; row++)
            {
                (x[row, 0], x[row, 1], x[row, 2]) = (random.NextDouble(), random.NextDouble(), random.NextDouble());
                y[row] = x[row, 0] + 0.8 * (random.NextDouble() - 0.5) > 0.5 ? 1 : 0;
            }

            return (x, y);
        }

        var ((features, labels), (others, otherLabels)) = (Draw(500), Draw(400));
        var (target, otherTarget) =
            (Target.OfClasses(labels, ["a", "b"]), Target.OfClasses(otherLabels, ["a", "b"]));
        var learner = new GradientBoosting { LearningRate = 0.2, MinLeafRows = 5 };
        (string Text, int Rounds) Train(int rounds, int? patience)
        {
            using var rows = new LightGbm.RowSet(features, 500, learner.Parameters(target, 1));
            rows.Push(features);
            using var watched = new LightGbm.RowSet(rows, 400);
            watched.Push(others);
            float[] Floats(int[] values) => Array.ConvertAll(values, static v => (float)v);
            return patience is { } p
                ? rows.Train(Floats(labels), watched, Floats(otherLabels), rounds, p, CancellationToken.None)
                : rows.Train(Floats(labels), rounds, CancellationToken.None);
        }

        // MaaS's own log loss of as many rounds, one by one.
        double[] losses =
        [
            .. Enumerable.Range(1, 40).Select(rounds => TabularMetrics.Find("log-loss", TabularTask.Classification)
                .Measure(GradientBoosting.Read(Train(rounds, null).Text, target).Predict(others), otherTarget)),
        ];
        var (text, best) = Train(40, 40);
        Assert.That(best, Is.EqualTo(Array.IndexOf(losses, losses.Min()) + 1).And.InRange(2, 39));
        Assert.That(
            TabularMetrics.Find("log-loss", TabularTask.Classification)
                .Measure(GradientBoosting.Read(text, target).Predict(others), otherTarget),
            Is.EqualTo(losses.Min()).Within(1e-12));
        var first = Enumerable.Range(1, 39).First(round => losses[round] >= losses[..round].Min());
        Assert.That(Train(40, 1).Rounds, Is.EqualTo(first), "the first round that is no better ends it");
    }

    [Test]
    public async Task TrainAsync_WithEarlyStopping_LearnsFromFewerRowsAndEndsEarlier()
    {
        var stream = await OpenAsync(20_000);
        var options = new StreamedTrainerOptions
        {
            Label = "y",
            Above = 1,
            SampleRows = 5000,
            Learner = new GradientBoosting { Rounds = 400, LearningRate = 0.5, Threads = 1 },
        };
        var all = await StreamedTrainer.TrainAsync(stream, options);
        var model = await StreamedTrainer.TrainAsync(stream, options with { EarlyStopping = 10 });

        Assert.That((all.Rounds, model.Rounds), Is.EqualTo((400, model.Rounds)).And.Not.EqualTo((400, 400)));
        Assert.That((double)model.TrainRows / all.TrainRows, Is.EqualTo(0.9).Within(0.01));
        Assert.That(model.TestScores["log-loss"], Is.LessThan(all.TestScores["log-loss"]));
        await Assert.ThatAsync(
            () => StreamedTrainer.TrainAsync(stream, options with { EarlyStopping = 0 }),
            Throws.ArgumentException.With.Message.Contains("EarlyStopping of 1 or more"));
    }

    [Test]
    public async Task TrainAsync_OnNumbers_BeatsTheMean()
    {
        var model = await StreamedTrainer.TrainAsync(
            await OpenAsync(20_000), new StreamedTrainerOptions { Label = "y", SampleRows = 2000, Learner = Quick });
        Assert.That(model.Task, Is.EqualTo(TabularTask.Regression));
        Assert.That(model.TestScores["r2"], Is.GreaterThan(0.5));
        Assert.That(model.BaselineScores["r2"], Is.EqualTo(0).Within(0.01));
    }

    [Test]
    public async Task TrainAsync_WithARareClass_NamesIt()
    {
        await File.WriteAllLinesAsync(
            _folder["t.csv"],
            Enumerable.Range(0, 20_000).Select(i => $"{i % 100},{(i < 2 ? "rare" : i % 2 == 0 ? "a" : "b")}")
                .Prepend("x,y"));
        var stream = await StreamedTable.OpenAsync(_folder["t.csv"]);
        await Assert.ThatAsync(
            () => StreamedTrainer.TrainAsync(stream, new StreamedTrainerOptions { Label = "y", SampleRows = 100 }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("class 'rare' has 2 rows"));
    }

    [Test]
    public void TableForm_OfPersonalData_TellsNoneOfIt()
    {
        var table = new Table([new StringColumn("mail", ["a@example.com", "x"]), new StringColumn("c", ["p", "q"])]);
        var form = TableForm.Of(table, TableSchema.Of(table));
        Assert.That(form.Fields.Select(f => (f.Categories.Count, f.Example)),
            Is.EqualTo(new[] { (0, null), (2, "p") }));
    }

    private static GradientBoosting Quick { get; } = new() { Rounds = 30, Threads = 1 };

    private async Task<StreamedTable> OpenAsync(int rows)
    {
        var random = new Random(2);
        await File.WriteAllLinesAsync(
            _folder["t.csv"],
            Enumerable.Range(0, rows).Select(_ =>
            {
                var (x, c) = (random.NextDouble(), random.Next(3));
                return FormattableString.Invariant($"{x},k{c},{x + (c == 1 ? 1 : 0) + random.NextDouble() * 0.7}");
            }).Prepend("x,c,y"));
        return await StreamedTable.OpenAsync(_folder["t.csv"]);
    }
}
