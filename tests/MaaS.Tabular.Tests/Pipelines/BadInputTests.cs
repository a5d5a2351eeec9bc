using MaaS.Tabular.Export;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Pipelines;
using MaaS.Tabular.Tables;
using MaaS.Tests;

namespace MaaS.Tabular.Tests.Pipelines;

/// <summary>Tables that cannot be trained on are refused by name, and odd ones that can be are trained on.</summary>
public sealed class BadInputTests
{
    [TestCase("missing", "label 'y': row 7: expected a label in every row, got a missing cell")]
    [TestCase("constant", "label 'y': every row has the same label 'a'")]
    [TestCase("single", "label 'y': row 7 is the only one of class 'rare'")]
    public void Train_OnALabelThatTeachesNothing_NamesTheRow(string kind, string message)
    {
        var labels = Enumerable.Range(0, 40).Select(i => kind == "constant" || i % 2 == 0 ? "a" : "b")
            .ToArray<string?>();
        labels[6] = kind switch { "missing" => null, "single" => "rare", _ => "a" };
        Assert.That(
            () => Train(new Table([Numbers(40), new StringColumn("y", labels)])),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
    }

    [Test]
    public void Train_OnFewerRowsThanFolds_NamesTheClass()
        => Assert.That(
            () => Train(
                new Table(
                    [
                        Numbers(9), new StringColumn("y", [.. Enumerable.Range(0, 9).Select(i => i < 3 ? "a" : "b")]),
                    ])),
            Throws.ArgumentException.With.Message.Contains("2 rows of class 'a', got 5"));

    [Test]
    public void Train_OnOneGroup_SaysHowManyThereMustBe()
        => Assert.That(
            () => Train(
                new Table([Numbers(40), Label(40), new StringColumn("g", [.. Enumerable.Repeat("one", 40)])]),
                new TabularTrainerOptions { Label = "y", Group = "g" }),
            Throws.ArgumentException.With.Message.Contains("expected two groups or more in 'g', got 1"));

    [Test]
    public void Train_OnATimeThatIsMissing_NamesTheRow()
        => Assert.That(
            () => Train(
                new Table(
                [
                    Numbers(40), Label(40),
                    new NumberColumn(
                        "t", [.. Enumerable.Range(0, 40).Select(i => i == 6 ? double.NaN : i)], ColumnKind.Date),
                ]),
                new TabularTrainerOptions { Label = "y", Time = "t" }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("time 't': row 7: expected a value"));

    [TestCase(false)]
    [TestCase(true)]
    public async Task Train_OnTenThousandCategories_ExportsWhatItLearned(bool boosting)
    {
        // Each category stands three times; its number says the label.
        var random = new Random(2);
        var rows = Enumerable.Range(0, 30_000).Select(i => i % 10_000).ToArray();
        random.Shuffle(rows);
        var table = new Table(
        [
            new StringColumn("shop", [.. rows.Select(i => $"shop {i}")]),
            new StringColumn("y", [.. rows.Select(i => i % 3 == 0 ? "yes" : "no")]),
        ]);
        ILearner learner = boosting ? new GradientBoosting { Rounds = 10, Threads = 1 } : new LogisticRegression();

        var model = Train(table, new TabularTrainerOptions { Label = "y", Folds = 2 }, learner);

        // Rows held back are of categories that the others mostly know; chance is 0.5.
        Assert.That(model.TestScores["roc-auc"], Is.GreaterThan(0.75));
        using var folder = new TemporaryFolder();
        var parity = await model.SavePackageAsync(folder["m.maas"], "m");
        Assert.That(parity.Holds);
    }

    [Test]
    public void Predict_OnReorderedColumns_IsTheSameAndOnOthersIsRefused()
    {
        // x speaks for the class as much as z speaks against it: one taken for the other is another answer.
        var random = new Random(1);
        var (x, z) = (new double[60], new double[60]);
        for (var i = 0; i < x.Length; i++)
        {
            (x[i], z[i]) = (random.NextDouble(), random.NextDouble());
        }

        var category = new StringColumn("c", [.. Enumerable.Range(0, 60).Select(i => $"{i % 3}")]);
        var label = new StringColumn("y", [.. x.Select((value, i) => value > z[i] ? "a" : "b")]);
        var model = Train(new Table([new NumberColumn("x", x), new NumberColumn("z", z), category, label]));
        var rows = new Table([new NumberColumn("x", x), new NumberColumn("z", z), category]);
        var expected = model.Predict(rows).Column(0);

        var reordered = new Table(rows.Columns.Reverse());
        var more = new Table([new NumberColumn("more", new double[60]), .. rows.Columns]);
        foreach (var other in new[] { reordered, more })
        {
            Assert.That(model.Predict(other).Column(0), Is.EqualTo(expected));
        }

        var exchanged = new Table([new NumberColumn("x", z), new NumberColumn("z", x), category]);
        Assert.That(model.Predict(exchanged).Column(0), Is.Not.EqualTo(expected).Within(0.1));
        Assert.That(
            () => model.Predict(rows.Without("c")),
            Throws.InstanceOf<KeyNotFoundException>().With.Message.Contains("expected a column 'c', found 'x'"));
        Assert.That(
            () => model.Predict(rows.With(new NumberColumn("c", new double[60]))),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("column 'c': expected Category"));
    }

    [Test]
    public void Train_OnAColumnNamedAsAnOutput_SaysSoWhenItIsWritten()
    {
        var table = new Table([new NumberColumn("label", Numbers(60).Values.ToArray()), Label(60)]);
        var model = Train(table);
        Assert.That(
            () => model.ToOnnx(out _),
            Throws.ArgumentException.With.Message.Contains("output '" + TabularOnnx.Label + "'"));
    }

    private static NumberColumn Numbers(int rows)
    {
        var random = new Random(1);
        return new NumberColumn("x", [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())]);
    }

    private static StringColumn Label(int rows)
        => new("y", [.. Enumerable.Range(0, rows).Select(i => i % 3 == 0 ? "a" : "b")]);

    private static TabularModel Train(Table table, TabularTrainerOptions? options = null, ILearner? learner = null)
    {
        learner ??= new LogisticRegression();
        return TabularTrainer.Train(table, (options ?? new TabularTrainerOptions { Label = "y" }) with
        {
            Candidates = new Dictionary<string, ILearner> { [learner.Name] = learner },
            Parallelism = 1,
        });
    }
}
