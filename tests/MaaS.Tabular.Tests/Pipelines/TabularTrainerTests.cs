using System.Diagnostics;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Registry.Studies;
using MaaS.Tabular.Cleaning;
using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Pipelines;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;
using MaaS.Tabular.Tests.Selection;
using MaaS.Tests;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Tabular.Tests.Pipelines;

public sealed class TabularTrainerTests
{
    private static readonly Table Customers = Sample();

    // One candidate is to be the best, so that it can be named.
    private static TabularTrainerOptions Alone(string label) =>
        new() { Label = label, Candidates = Few, Ensembles = false };

    private static readonly Dictionary<string, ILearner> Few = new()
    {
        ["baseline"] = new ConstantLearner(),
        ["logistic"] = new LogisticRegression(),
        ["forest"] = new RandomForest { Trees = 20 },
    };

    [Test]
    public void Train_RanksCandidatesAndMeasuresTheBestOnRowsHeldBack()
    {
        var model = TabularTrainer.Train(Customers, Alone("stays"));

        Assert.That(model.Task, Is.EqualTo(TabularTask.Classification));
        Assert.That(model.Best, Is.EqualTo("logistic"));
        Assert.That(model.Leaderboard.Rows.Select(r => r.Mean), Is.Ordered);
        Assert.That(model.Leaderboard.Rows[^1].Name, Is.EqualTo("baseline"));
        Assert.That(model.Leaderboard.Rows[^1].P, Is.LessThan(0.1));
        Assert.That(model.TestScores["accuracy"], Is.GreaterThan(0.75));
        Assert.That((model.Train.Rows, model.Test.Rows), Is.EqualTo((240, 60)));
        Assert.That(model.Train.Has("stays"), Is.False);
        Assert.That(
            model.Notes, Has.One.Contains("constant columns: country left out").And.One.Contains("duplicates: 5 rows"));
    }

    [Test]
    public void Train_WithTrials_TunesAndJoins()
    {
        List<CrossValidationResult> seen = [];
        var options = new TabularTrainerOptions
        {
            Label = "stays",
            Candidates = Few,
            Trials = 12,
            Parallelism = 1,
            Folds = 3,
            Spaces = [.. TabularSpaces.Default(TabularTask.Classification, 240, 4)
                .Where(static l => l.Name is "logistic-regression" or "random-forest")],
        };
        var model = TabularTrainer.Train(Customers, options, new Recorder(seen));

        var names = model.Leaderboard.Rows.Select(static r => r.Name).ToArray();
        Assert.That(names, Has.Member("logistic-regression tuned").And.Member("stacked ensemble"));
        Assert.That(model.Notes, Has.One.Contains("tuning: ").And.None.Contains("12 failed"));
        Assert.That(seen.Select(static r => r.Learner), Is.EquivalentTo(names));
        Assert.That(model.Leaderboard.Rows.All(static r => r.Low <= r.Mean && r.Mean <= r.High
            && r.RowMilliseconds > 0));
        Assert.That(
            model.TestInterval.Value, Is.EqualTo(model.TestScores["log-loss"]).And.InRange(
                model.TestInterval.Low, model.TestInterval.High));
        Assert.That(model.ToOnnx(out var parity), Is.Not.Null);
        Assert.That(parity.Holds);
        var again = TabularTrainer.Train(Customers, options);
        Assert.That(
            again.Leaderboard.Rows.Select(static r => (r.Name, r.Mean)),
            Is.EqualTo(model.Leaderboard.Rows.Select(static r => (r.Name, r.Mean))));
    }

    [Test]
    public void Train_LearnerThatRefusesSomeOptions_FailsTheirTrialsAlone()
    {
        var model = TabularTrainer.Train(Customers, new TabularTrainerOptions
        {
            Label = "stays",
            Candidates = Few,
            Trials = 12,
            Parallelism = 1,
            Folds = 3,
            Spaces =
            [
                new TunableLearner("tree", new SearchSpace().Float("features", 0, 2), static v => new DecisionTree
                {
                    Options = new TreeOptions { FeatureShare = v["features"].Number },
                }),
            ],
        });

        Assert.That(model.Notes, Has.One.Matches("tuning: .* [1-9][0-9]* failed").And.None.Contains("12 failed"));
        Assert.That(model.Leaderboard.Rows.Select(static r => r.Name), Has.Member("tree tuned"));
    }

    [Test]
    public async Task SavePackageAsync_OfTunedGradientBoosting_ServesAsTheModelPredicts()
    {
        var model = TabularTrainer.Train(
            Customers, new TabularTrainerOptions
            {
                Label = "stays",
                Candidates = new Dictionary<string, ILearner> { ["baseline"] = new ConstantLearner() },
                Trials = 2,
                Parallelism = 1,
                Folds = 3,
                Ensembles = false,
                Spaces = [.. TabularSpaces.Default(TabularTask.Classification, 240, 4)
                    .Where(static l => l.Name is "gradient-boosting")],
            });
        Assert.That(model.Best, Does.StartWith("gradient-boosting tuned"));

        using var folder = new TemporaryFolder();
        await model.SavePackageAsync(folder["tuned.maas"], "tuned");
        using var package = await ModelPackage.OpenAsync(folder["tuned.maas"]);
        var written = package.Manifest.Lineage!.Hyperparameters!;
        Assert.That(written["rows"], Is.EqualTo("240"));
        foreach (var (name, value) in model.Parameters)
        {
            Assert.That(written[$"learner.{name}"], Is.EqualTo(value));
        }

        Assert.That(model.Parameters, Contains.Key("rows"));
        using var served = InferenceModel.Load(await package.ReadAsync(ModelPackage.ModelFile));
        var row = model.Test.Take([0]);
        using var answer = served.Run(
            row.Columns.ToDictionary(static c => c.Name, static c => c is NumberColumn { Kind: not ColumnKind.Date } n
            ? TensorValue.Of(n.Values.ToArray(), 1) : TensorValue.OfStrings([c.Text(0) ?? ""], 1)));
        Assert.That(
            answer["probabilities"].AsSpan<float>().ToArray().Select(static p => (double)p),
            Is.EqualTo(model.Predict(row).Values).Within(1e-6));
    }

    [Test]
    public void Train_WithColumnsToIgnore_LearnsFromTheOthersAlone()
    {
        // One that is the same in every row, and one that is another in every row.
        double[] ids = [.. Enumerable.Range(0, Customers.Rows)];
        var table = new Table([.. Customers.Columns, new NumberColumn("id", ids)]);
        var model = TabularTrainer.Train(table, Alone("stays") with { Ignore = ["country", "id"] });
        Assert.That(
            model.Train.Columns.Select(static c => c.Name),
            Is.EqualTo(Customers.Columns.Select(static c => c.Name).Except(["country", "stays"])));
        Assert.That(model.Notes, Has.None.Contains("country"));
        Assert.That(model.Fit.Schema.Columns.Select(static c => c.Name), Has.No.Member("id"));
        // Rows that differ in ignored columns alone are equal.
        Assert.That(model.Notes, Has.One.Contains("duplicates: 5 rows"));
    }

    [Test]
    public void Train_WithRowsToHoldBack_MeasuresOnThose()
    {
        var model = TabularTrainer.Train(Customers, Alone("stays") with { HeldBack = [4, 7, 250, 7] });
        Assert.That(
            ((NumberColumn)model.Test["age"]).Values.ToArray(),
            Is.EqualTo(new[] { 4, 7, 250 }.Select(static r => ((NumberColumn)Customers["age"]).Values[r])));
        Assert.That(model.Train.Rows, Is.EqualTo(Customers.Rows - 3));
        Assert.That(
            () => TabularTrainer.Train(Customers, Alone("stays") with { HeldBack = [10_000] }),
            Throws.ArgumentException.With.Message.Contains("HeldBack: expected some of the rows 0 to 304"));
    }

    [Test]
    public void Join_OfDefaultLearners_GivesASpaceWhosePointsTheyTake([Values] TabularTask task)
    {
        var learners = TabularSpaces.Default(task, 300, 5);
        var space = TabularSpaces.Join(learners);
        foreach (var learner in learners)
        {
            var point = new Dictionary<string, ParameterValue> { ["learner"] = learner.Name };
            foreach (var parameter in learner.Space.Parameters)
            {
                point[$"{learner.Name}.{parameter.Name}"] = parameter switch
                {
                    FloatParameter p => Math.Sqrt(p.Low * p.High),
                    IntParameter p => (double)p.Low,
                    CategoricalParameter p => p.Choices[^1],
                    _ => throw new NotSupportedException(),
                };
            }

            Assert.That(space.Fault(point), Is.Null);
            var (found, values) = TabularSpaces.Find(learners, point);
            Assert.That(found.Name, Is.EqualTo(learner.Name));
            Assert.That(found.Build(values).Supports(task));
        }
    }

    [Test]
    public void Train_WithABudget_KeepsIt()
    {
        var watch = Stopwatch.StartNew();
        var model = TabularTrainer.Train(
            Customers, new TabularTrainerOptions { Label = "stays", Budget = TimeSpan.FromSeconds(8) });
        Assert.That(watch.Elapsed.TotalSeconds, Is.LessThan(10));
        Assert.That(model.Notes, Has.One.Contains("tuning: "));
    }

    private sealed class Recorder(List<CrossValidationResult> seen) : IProgress<CrossValidationResult>
    {
        public void Report(CrossValidationResult value) => seen.Add(value);
    }

    [Test]
    public void Train_OfNumbers_TakesRegressors()
    {
        var model = TabularTrainer.Train(
            Customers,
            new TabularTrainerOptions
            {
                Label = "age",
                Metric = "mae",
                Ensembles = false,
                Candidates = new Dictionary<string,
                ILearner>
                { ["baseline"] = new ConstantLearner(), ["ridge"] = new LinearRegression() },
            });
        Assert.That(model.Best, Is.EqualTo("ridge"));
        Assert.That(model.TestScores.Keys, Has.Member("r2"));
        Assert.That(() => model.PredictClasses(model.Test), Throws.InvalidOperationException);
    }

    [Test]
    public void Train_InOrderOfTime_HoldsTheLastRowsBack()
    {
        var model =
            TabularTrainer.Train(
                Customers, new TabularTrainerOptions { Label = "stays", Candidates = Few, Time = "since" });
        Assert.That(
            ((NumberColumn)model.Train["since"]).Values.ToArray().Max(),
            Is.LessThan(((NumberColumn)model.Test["since"]).Values.ToArray().Min()));
    }

    [TestCase(true, "roc-auc: the rows held back")]
    [TestCase(false, "roc-auc: split 1 of 5")]
    public void Train_WithAMetricThatIsNotDefined_SaysWhereInsteadOfTakingTheBaseline(bool atTheEnd, string message)
    {
        // One class alone in the last fifth, or in the first fold after the first sixth.
        string[] labels =
        [
            .. Enumerable.Range(0, 300).Select(i => i % 2 == 0 || (atTheEnd ? i >= 240 : i is >= 40 and < 80)
                ? "no" : "yes"),
        ];
        var table = new Table(
        [
            new NumberColumn("since", [.. Enumerable.Range(0, 300).Select(static i => 86400d * i)], ColumnKind.Date),
            new StringColumn("stays", labels),
        ]);
        Assert.That(
            () => TabularTrainer.Train(
                table,
                new TabularTrainerOptions { Label = "stays", Candidates = Few, Time = "since", Metric = "roc-auc" }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message)
                .And.Message.Contains("class 'yes'"));
    }

    [Test]
    public void Train_WithALearnerThatRefuses_LeavesItOutAndSaysWhy()
    {
        var few = new Dictionary<string, ILearner>
        {
            ["refusing"] = new RefusingLearner(),
            ["logistic"] = new LogisticRegression(),
        };
        var model = TabularTrainer.Train(Customers, Alone("stays") with { Candidates = few, Parallelism = 2 });
        Assert.That(model.Best, Is.EqualTo("logistic"));
        Assert.That(model.Notes, Has.One.EqualTo("refusing left out: refusing: no convergence."));
        few.Remove("logistic");
        Assert.That(
            () => TabularTrainer.Train(Customers, Alone("stays") with { Candidates = few, Parallelism = 2 }),
            Throws.InvalidOperationException.With.Message.EqualTo("refusing: no convergence."));
    }

    [Test]
    public void Train_InOrderOfTimeWithRowsOfOneTime_KeepsThemOnOneSide()
    {
        // 31 days of seven rows each.
        var table = new Table(
        [
            new NumberColumn("day", [.. Enumerable.Range(0, 217).Select(static i => 86400d * (i / 7))],
                ColumnKind.Date),
            new NumberColumn("x", [.. Enumerable.Range(0, 217).Select(static i => (double)i)]),
            new StringColumn("stays", [.. Enumerable.Range(0, 217).Select(static i => i % 3 == 0 ? "no" : "yes")]),
        ]);
        var seen = new DaysLearner();
        var model = TabularTrainer.Train(
            table,
            new TabularTrainerOptions
            {
                Label = "stays",
                Time = "day",
                Parallelism = 1,
                Candidates = new Dictionary<string, ILearner> { ["days"] = seen },
            });
        Assert.That(seen.Rows, Has.Count.EqualTo(6).And.All.Matches<int>(static rows => rows % 7 == 0));
        Assert.That((model.Train.Rows % 7, model.Test.Rows), Is.EqualTo((0, 42)));
    }

    // Knows how many rows it learns from.
    private sealed class DaysLearner : ILearner
    {
        public List<int> Rows { get; } = [];

        public string Name => "days";

        public FeatureOptions Features { get; } = new();

        public bool Supports(TabularTask task) => true;

        public IFittedLearner Fit(
            Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
        {
            Rows.Add(features.Rows);
            return new ConstantLearner().Fit(features, target, weights, cancellationToken);
        }
    }

    [Test]
    public void Train_WithGroups_HoldsGroupsBackByShareAndSeed()
    {
        // Thirty groups of ten rows, and one of thirty.
        string Name(int row) => row < 30 ? "large" : $"g{row / 10}";
        var table = new Table(
        [
            new StringColumn("group", [.. Enumerable.Range(0, 330).Select(Name)]),
            new NumberColumn("row", [.. Enumerable.Range(0, 330).Select(static i => (double)i)]),
            new StringColumn("stays", [.. Enumerable.Range(0, 330).Select(static i => i % 3 == 0 ? "no" : "yes")]),
        ]);
        TabularModel Trained(double share, int seed) => TabularTrainer.Train(
            table,
            new TabularTrainerOptions
            {
                Label = "stays",
                Group = "group",
                TestShare = share,
                Seed = seed,
                Candidates = new Dictionary<string, ILearner> { ["baseline"] = new ConstantLearner() },
            });
        string[] Held(TabularModel model) =>
            [.. ((NumberColumn)model.Test["row"]).Values.ToArray().Select(static v => (int)v).Select(Name).Distinct()];

        foreach (var share in new[] { 0.1, 0.3, 0.4 })
        {
            Assert.That(Trained(share, 1).Test.Rows, Is.EqualTo(share * 330).Within(15), $"{share}");
        }

        var held = Enumerable.Range(1, 4).Select(seed => Held(Trained(0.2, seed))).ToArray();
        Assert.That(held[1], Is.Not.EquivalentTo(held[0]));
        Assert.That(held.Count(static groups => groups.Contains("large")), Is.LessThan(4));
        Assert.That(Held(Trained(0.2, 1)), Is.EquivalentTo(held[0]));
        Assert.That(Trained(0.2, 1).Notes, Has.One.Contains($"{held[0].Length} of 31 groups are held back"));
    }

    [Test]
    public void Train_WithGroups_KeepsThemOnOneSideAndOutOfTheFeatures()
    {
        var whole = new Impute().Apply(Customers).Table;
        var model =
            TabularTrainer.Train(
                whole, new TabularTrainerOptions { Label = "stays", Candidates = Few, Group = "city" });
        Assert.That(model.Train.Has("city"), Is.False);
        Assert.That(model.Train.Rows + model.Test.Rows, Is.EqualTo(300));
    }

    [Test]
    public void Train_WithoutTime_SaysSo()
        => Assert.That(
            () => TabularTrainer.Train(
                Customers,
                new TabularTrainerOptions { Label = "stays", Candidates = Few, Budget = TimeSpan.FromTicks(1) }),
            Throws.InstanceOf<TimeoutException>().With.Message.Contains("no candidate was done"));

    [Test]
    public void Train_WithWrongOptions_NamesAllOfThem()
        => Assert.That(
            () => TabularTrainer.Train(
                Customers, new TabularTrainerOptions { Label = "stays", Folds = 1, TestShare = 1 }),
            Throws.ArgumentException.With.Message.Contains("TestShare")
                .And.Message.Contains("Folds: expected 2 or more, got 1"));

    [Test]
    public async Task SavePackageAsync_WritesAPackageThatHasInputsLabelsAndScores()
    {
        using var folder = new TemporaryFolder();
        var model = TabularTrainer.Train(Customers, Alone("stays"));

        var parity = await model.SavePackageAsync(folder["stays.maas"], "stays");

        using var package = await ModelPackage.OpenAsync(folder["stays.maas"]);
        Assert.That((parity.Rows, parity.DifferentLabels), Is.EqualTo((300, 0)));
        Assert.That(package.Manifest.Task, Is.EqualTo("tabular-classification"));
        Assert.That(
            package.Manifest.Inputs.Select(i => i.Name), Is.EquivalentTo(new[] { "age", "city", "member", "since" }));
        Assert.That(package.Manifest.Labels, Is.EqualTo(new[] { "no", "yes" }));
        Assert.That(package.Manifest.Metrics!["accuracy"], Is.EqualTo(model.TestScores["accuracy"]));
        Assert.That(
            package.Manifest.Files.Keys,
            Is.EquivalentTo(new[] { "model.onnx", "schema.json", "leaderboard.json", "form.json", "card.md" }));
    }

    [Test]
    public void Default_CandidatesOfBothTasks_LearnTheirTask()
    {
        foreach (var task in Enum.GetValues<TabularTask>())
        {
            var candidates = TabularCandidates.Default(task, 200);
            Assert.That(candidates.Values.Select(l => l.Supports(task)), Is.All.True);
            Assert.That(TabularCandidates.Default(task, 100_000).Keys, Has.None.Contains("svm"));
        }
    }

    private static Table Sample()
    {
        var random = new Random(12);
        string[] cities = ["Kyoto", "Osaka", "Nara", "Uji", "Ōtsu", "Kobe"];
        var (age, city, member, since, stays) =
            (new double[300], new string?[300], new double[300], new double[300], new string?[300]);
        for (var i = 0; i < 300; i++)
        {
            age[i] = 20 + random.Next(50);
            city[i] = random.NextDouble() < 0.05 ? null : cities[random.Next(6)];
            member[i] = random.Next(2);
            since[i] = (10_000 + random.Next(5000)) * 86400d;
            var score = (age[i] - 45) / 8 + 2 * member[i] - 1 + (city[i] == "Kyoto" ? 2 : 0);
            stays[i] = random.NextDouble() < 1 / (1 + Math.Exp(-score)) ? "yes" : "no";
        }

        var table = new Table(
        [
            new NumberColumn("age", age), new StringColumn("city", city),
            new NumberColumn("member", member, ColumnKind.Boolean),
            new NumberColumn("since", since, ColumnKind.Date), new StringColumn("stays", stays),
            new StringColumn("country", [.. Enumerable.Repeat("Japan", 300)]),
        ]);
        return table.Take([.. Enumerable.Range(0, 300), 0, 1, 2, 3, 4]);
    }
}
