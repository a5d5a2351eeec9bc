using MaaS.Onnx.Inference;
using MaaS.Tabular.Export;
using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Bayes;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Learners.Kernels;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Neighbors;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Selection.Stacking;
using MaaS.Tabular.Tables;
using MaaS.Tests;

namespace MaaS.Tabular.Tests.Export;

public sealed class TabularOnnxTests
{
    private const int Rows = 300, Train = 200;

    private static readonly Table All = Sample();

    private static readonly int[] TrainRows = [.. Enumerable.Range(0, Train)];

    private static ILearner[] Classifiers =>
    [
        new ConstantLearner(), new LogisticRegression(), new LogisticRegression { L1 = 1, L2 = 0 },
        new GaussianNaiveBayes(),
        new NearestNeighbors(), new SupportVectorMachine(), new SupportVectorMachine { Linear = true },
        new DecisionTree(),
        new RandomForest { Trees = 20 }, new ExtraTrees { Trees = 20 }, new GradientBoosting { Rounds = 20 },
    ];

    private static ILearner[] Regressors =>
    [
        new ConstantLearner(), new LinearRegression(), new LinearRegression { L1 = 1 }, new NearestNeighbors(),
        new SupportVectorMachine(), new SupportVectorMachine { Linear = true }, new DecisionTree(),
        new RandomForest { Trees = 20 }, new ExtraTrees { Trees = 20 }, new GradientBoosting { Rounds = 20 },
    ];

    [Test]
    public void Write_OfClasses_GivesTheSameOnEveryRow(
        [ValueSource(nameof(Classifiers))] ILearner learner, [Values(2, 3)] int classes)
    {
        var y = Classes(classes);
        var fit = TabularFit.Fit(learner, All.Take(TrainRows), y.Take(TrainRows));
        var model = TabularOnnx.Write(fit, y.Classes);
        var parity = TabularParity.Compare(fit, model, y.Classes, All);
        Assert.That(parity, Is.EqualTo(new TabularParity(Rows, parity.LargestDifference, 0)));
        Assert.That(parity.LargestDifference, Is.LessThanOrEqualTo(1e-7));
        Assert.That(parity.Holds);
    }

    [Test]
    public void Write_OfNumbers_GivesTheSameOnEveryRow([ValueSource(nameof(Regressors))] ILearner learner)
    {
        var random = new Random(8);
        var y = Target.OfNumbers([.. Enumerable.Range(0, Rows).Select(i => Known(i) * 50 + random.NextDouble())]);
        var fit = TabularFit.Fit(learner, All.Take(TrainRows), y.Take(TrainRows));
        var parity = TabularParity.Compare(fit, TabularOnnx.Write(fit, []), [], All);
        Assert.That(parity.LargestDifference, Is.LessThanOrEqualTo(1e-7));
    }

    [Test]
    public void Write_OfEveryFeatureOption_GivesTheSameOnEveryRow(
        [Values] Imputation imputation, [Values] NumberTransform transform, [Values] Scaling scaling,
        [Values] CategoryEncoding encoding)
    {
        var features = new FeatureOptions
        {
            Imputation = imputation,
            Transform = transform,
            Scaling = scaling,
            Encoding = encoding,
            MostOneHotCategories = 3,
        };
        var y = Classes(2);
        var fit =
            TabularFit.Fit(
                new GradientBoosting { Rounds = 5, Features = features }, All.Take(TrainRows), y.Take(TrainRows));
        Assert.That(TabularParity.Compare(fit, TabularOnnx.Write(fit, y.Classes), y.Classes, All).Holds);
    }

    private static readonly FeatureOptions[] FurtherFeatures =
    [
        new() { Bins = new BinOptions() }, new() { Bins = new BinOptions { OneHot = false, Uniform = true } },
        new() { Interactions = true, Dates = DateFeatures.None },
            new() { HashedFeatures = 5, Encoding = CategoryEncoding.Hashed },
        new() { Dates = DateFeatures.Parts | DateFeatures.Cycles | DateFeatures.TimeOfDay },
        new() { Dates = DateFeatures.Cycles }, new() { Interactions = true, Bins = new BinOptions { Count = 2 } },
    ];

    [Test]
    public void Write_OfFurtherFeatures_GivesTheSameOnEveryRow(
        [ValueSource(nameof(FurtherFeatures))] FeatureOptions features)
    {
        var y = Classes(2);
        ILearner[] learners =
            [new LogisticRegression { Features = features }, new RandomForest { Trees = 5, Features = features }];
        foreach (var learner in learners)
        {
            var fit = TabularFit.Fit(learner, All.Take(TrainRows), y.Take(TrainRows));
            var parity = TabularParity.Compare(fit, TabularOnnx.Write(fit, y.Classes), y.Classes, All);
            Assert.That(parity.Holds, $"{learner.Name}: {parity}");
        }
    }

    [Test]
    public void Write_OfAnEnsembleWhoseMembersAllReadDates_GivesTheSameOnEveryRow()
    {
        var y = Classes(2);
        ILearner[] learners = [new LogisticRegression(), new RandomForest { Trees = 5 }, new GaussianNaiveBayes()];
        var ensemble = new WeightedEnsemble(
            [.. learners.Select(l => TabularFit.Fit(l, All.Take(TrainRows), y.Take(TrainRows)))], [1, 1, 2]);
        Assert.That(ensemble.Schema.Columns.Select(static c => c.Kind), Has.Some.EqualTo(ColumnKind.Date));
        var parity = TabularParity.Compare(ensemble, TabularOnnx.Write(ensemble, y.Classes), y.Classes, All);
        Assert.That(parity.Holds, $"{parity}");
    }

    [Test]
    public void Write_OfATextColumn_GivesTheSameOnEveryRow()
    {
        var random = new Random(5);
        string[] words = ["Blue", "grün", "ÜBER", "straße", "don't", "x", "ΑΒΓ", "東京", "two_2", "a-b"];
        string?[] texts =
        [
            .. Enumerable.Range(0, Rows).Select(i => i % 11 == 0 ? null : i == 250 ? "?!" : string.Join(
                i % 2 == 0 ? " " : ", ", Enumerable.Range(0, random.Next(1, 6)).Select(_ => words[random.Next(10)]))),
        ];
        var table = new Table([new NumberColumn("x", [.. Enumerable.Range(0, Rows).Select(Known)]),
            new StringColumn("text", texts, ColumnKind.Text)]);
        var y = Target.OfClasses(
            [.. texts.Select(t => t?.Contains("Blue", StringComparison.Ordinal) == true ? 1 : 0)], ["no", "yes"]);
        var fit = TabularFit.Fit(new LogisticRegression(), table.Take(TrainRows), y.Take(TrainRows));
        var model = TabularOnnx.Write(fit, y.Classes);
        var parity = TabularParity.Compare(fit, model, y.Classes, table);
        Assert.That(parity.Holds, $"{parity}");
        Assert.That(fit.Features.Names, Has.Member("text: blue").And.Member("text: über").And.Member("text: 東京"));
    }

    [Test]
    public void Write_OfATextColumn_CountsWordsInAnyCaseWithoutALocaleOfTheMachine()
    {
        // Learned in one case, read in others: A to Z, the Kelvin and the Angstrom sign, words of few and of many
        // letters beyond A to Z, a dotted I that stays what it is, letters that have a capital of two, Roman numbers.
        string[] learned =
            ["kiosk", "über", "ångström", "преобразование", "αβγδεζηθικλμ", "straße", "ⅷⅷ", "two_2", "istanbul"];
        string?[] read =
        [
            "KIOSK KiOsK \u212Aios\u212A kiosks", "ÜBER Über uber", "ÅNGSTRÖM \u212BngStröm angstrom", "ⅧⅧ Ⅷⅷ viiiviii",
            "ПРЕОБРАЗОВАНИЕ Преобразование ПрЕоБрАзОвАнИе преобразования", "ΑΒΓΔΕΖΗΘΙΚΛΜ Αβγδεζηθικλμ αβγδεζηθικλ",
            "STRASSE STRAẞE Straße", "TWO_2 two_22 two", "İSTANBUL ISTANBUL ıstanbul", null, "?!",
        ];
        var table = new Table(
        [
            new NumberColumn("x", [.. Enumerable.Range(0, 18).Select(static i => (double)(i * i % 7))]),
            new StringColumn("text", [.. learned, .. learned], ColumnKind.Text),
        ]);
        var y = Target.OfNumbers([.. Enumerable.Range(0, 18).Select(static i => (double)(i % 9))]);
        var fit = TabularFit.Fit(new LinearRegression(), table, y);
        var model = TabularOnnx.Write(fit, []);
        var rows = new Table(
        [
            new NumberColumn("x", [.. read.Select(static _ => 1d)]), new StringColumn("text", read, ColumnKind.Text),
        ]);
        var parity = TabularParity.Compare(fit, model, [], rows);

        Assert.That(parity.Holds, $"{parity}");
        Assert.That(fit.Features.Names, Has.Count.EqualTo(10));
        var locales = model.Proto.Graph.Node.SelectMany(static n => n.Attribute).Where(static a => a.Name == "locale");
        Assert.That(locales.Select(static a => a.S.ToStringUtf8()), Is.EqualTo(new[] { "C" }));
    }

    [TestCase("2021-02-03T08:30:59.5", 8.5 * 3600 + 59)]
    [TestCase("2021-02-03 08:30", 8.5 * 3600)]
    [TestCase("2021-02-03T23:59:59Z", 86399)]
    [TestCase("2021-02-03", 0)]
    public void Write_OfATimeOfDay_ReadsEveryFormThatTheReaderTakes(string text, double expected)
    {
        double[] days = [.. Enumerable.Range(0, 40).Select(static i => i * 7200d)];
        var table = new Table([new NumberColumn("since", days, ColumnKind.Date)]);
        var y = Target.OfNumbers([.. days.Select(static d => d % 86400)]);
        var features = new FeatureOptions { Dates = DateFeatures.TimeOfDay };
        var fit = TabularFit.Fit(new LinearRegression { L2 = 0, Features = features }, table, y);
        using var model = InferenceModel.Load(TabularOnnx.Write(fit, []).ToByteArray());
        using var answer = model.Run(
            new Dictionary<string, TensorValue> { ["since"] = TensorValue.OfStrings([text], 1) });
        Assert.That(answer[TabularOnnx.Prediction].AsSpan<double>()[0], Is.EqualTo(expected).Within(1e-6));
    }

    // The reader takes some of them and refuses others: the network is to take the same.
    [TestCase("2021-02-03")]
    [TestCase("2021-02-03T08:30")]
    [TestCase("2021-02-03T08:30:00")]
    [TestCase("2021-02-03T08:30:00Z")]
    [TestCase("2021-02-03T08:30:00.1234567Z")]
    [TestCase("2021-02-03T08:30:00.")]
    [TestCase("2021-02-03 08:30")]
    [TestCase("2021-02-03 08:30:00")]
    [TestCase("2021-02-03 23:59:59.5")]
    [TestCase("2021-02-03T08:30:00+02:00")]
    [TestCase("2021-02-03T08:30:00-05:00")]
    [TestCase("2021-02-03T08:30:00Zx")]
    [TestCase("2021-02-03T08:30Z")]
    [TestCase("2021-02-03 08:30:00Z")]
    [TestCase("2021-02-03T08:30:00.12345678")]
    [TestCase("2021-02-03x")]
    [TestCase("2021-02-03Tx")]
    [TestCase("2021-02-03\n")]
    [TestCase("2021-2-3")]
    [TestCase("+2021-02-03")]
    [TestCase("2021-02-03T24:00")]
    [TestCase("2021-02-03 08:61")]
    [TestCase("2021-02-03T08:30:60")]
    [TestCase("2021-02-31")]
    [TestCase("0000-01-01")]
    [TestCase("abc")]
    public void Run_OnAText_TakesItWhereTheReaderDoesAndElseNamesTheColumn(string text)
    {
        var takes = CellText.TryDate(text, null, out _);
        foreach (var features in new[] { DateFeatures.Parts, DateFeatures.Parts | DateFeatures.TimeOfDay })
        {
            double[] days = [.. Enumerable.Range(0, 40).Select(static i => i * 7200d)];
            var fit = TabularFit.Fit(
                new LinearRegression { Features = new FeatureOptions { Dates = features } },
                new Table([new NumberColumn("since", days, ColumnKind.Date)]), Target.OfNumbers(days));
            using var model = InferenceModel.Load(TabularOnnx.Write(fit, []).ToByteArray());
            Dictionary<string, TensorValue> inputs = new() { ["since"] = TensorValue.OfStrings([text], 1) };
            if (takes)
            {
                using var answer = model.Run(inputs);
                Assert.That(answer[TabularOnnx.Prediction].AsSpan<double>().ToArray(), Has.Length.EqualTo(1));
            }
            else
            {
                Assert.That(
                    () => model.Run(inputs),
                    Throws.TypeOf<InferenceException>().With.Message.Contains("expected a date as 2026-11-30")
                        .And.Message.Contains(" in 'since'").And.Property("IsInputRejected").True);
            }
        }
    }

    [Test]
    public void Write_OfTreesWithoutDates_PassesTheOnnxChecker()
    {
        using var folder = new TemporaryFolder();
        var y = Classes(3);
        foreach (var learner in Classifiers)
        {
            var fit = TabularFit.Fit(learner, All.Without("since").Take(TrainRows), y.Take(TrainRows));
            TabularOnnx.Write(fit, y.Classes).Save(folder["model.onnx"]);
            OnnxChecker.Check(folder["model.onnx"]);
        }
    }

    [Test]
    public void Write_DeclaresTheColumnsAsInputsAndTwoOutputs()
    {
        var y = Classes(2);
        var fit = TabularFit.Fit(new LogisticRegression(), All.Take(TrainRows), y.Take(TrainRows));
        using var model = InferenceModel.Load(TabularOnnx.Write(fit, y.Classes).ToByteArray());
        Assert.That(
            model.Inputs.Select(i => i.Description()),
            Is.EqualTo(
                new[] { "float64[batch]", "float64[batch]", "string[batch]", "float64[batch]", "string[batch]" }));
        Assert.That(model.Inputs.Select(i => i.Name), Is.EqualTo(All.Columns.Select(c => c.Name)));
        Assert.That(
            model.Outputs.Select(o => $"{o.Name} {o.Description()}"),
            Is.EqualTo(new[] { "label string[batch]", "probabilities float32[batch,2]" }));
    }

    [TestCase("2021-02-29")]
    [TestCase("1900-02-29")]
    [TestCase("2021-04-31")]
    [TestCase("2021-13-01")]
    [TestCase("2021-00-10")]
    [TestCase("03-02-2021")]
    [TestCase("03.02.2021")]
    public void Run_OnATextThatIsNoDay_FailsAndDaysAndMissingOnesDoNot(string text)
    {
        var table = new Table(
            [new NumberColumn("since", [.. Enumerable.Range(0, 40).Select(static i => i * 86400d)], ColumnKind.Date)]);
        var y = Target.OfClasses([.. Enumerable.Range(0, 40).Select(static i => i / 20)], ["a", "b"]);
        var fit = TabularFit.Fit(new LogisticRegression(), table, y);
        using var model = InferenceModel.Load(TabularOnnx.Write(fit, y.Classes).ToByteArray());
        Dictionary<string, TensorValue> Inputs(params string[] texts)
            => new() { ["since"] = TensorValue.OfStrings(texts, texts.Length) };

        Assert.That(() => model.Run(Inputs("2020-02-29", text)), Throws.TypeOf<InferenceException>());
        using var answers = model.Run(
            Inputs("2020-02-29", "2000-02-29", "2021-12-31T08:00:00", "2021-06-30 08:00", "2021-01-31", ""));
        Assert.That(answers[TabularOnnx.Label].Strings.ToArray(), Has.Length.EqualTo(6));
    }

    [Test]
    public void Run_OnADayThatIsNone_NamesTheColumn()
    {
        var table = new Table(
            [new NumberColumn("since", [.. Enumerable.Range(0, 40).Select(static i => i * 86400d)], ColumnKind.Date)]);
        var y = Target.OfClasses([.. Enumerable.Range(0, 40).Select(static i => i / 20)], ["a", "b"]);
        var fit = TabularFit.Fit(new LogisticRegression(), table, y);
        using var model = InferenceModel.Load(TabularOnnx.Write(fit, y.Classes).ToByteArray());
        Assert.That(
            () => model.Run(
                new Dictionary<string, TensorValue> { ["since"] = TensorValue.OfStrings(["2021-02-31"], 1) }),
            Throws.TypeOf<InferenceException>().With.Message.Contains("expected a date as 2026-11-30 in 'since'")
                .And.Property(nameof(InferenceException.IsInputRejected)).True);
    }

    [Test]
    public void Write_WithAColumnOfAnOutputsName_IsRefused()
    {
        var table = new Table([new NumberColumn("label", [1, 2, 3, 4])]);
        var fit = TabularFit.Fit(new LogisticRegression(), table, Target.OfClasses([0, 1, 0, 1], ["a", "b"]));
        Assert.That(
            () => TabularOnnx.Write(fit, ["a", "b"]),
            Throws.ArgumentException.With.Message.Contains("than the output 'label'"));
    }

    private static double Known(int row) =>
        double.IsNaN(((NumberColumn)All["x"]).Values[row]) ? 0 : ((NumberColumn)All["x"]).Values[row];

    private static Target Classes(int count)
    {
        var random = new Random(9);
        return Target.OfClasses(
            [.. Enumerable.Range(0, Rows)
                .Select(i => Math.Clamp((int)Math.Floor((Known(i) + random.NextDouble()) * count / 2), 0, count - 1))],
            [.. Enumerable.Range(0, count).Select(c => $"class {c}")]);
    }

    // Missing cells of every kind; the category "Kobe" and years after 2010 come behind the training rows alone.
    private static Table Sample()
    {
        var random = new Random(3);
        string[] cities = ["Kyoto", "Osaka", "Nara", "Ōtsu"];
        T? Missing<T>(T value) where T : class => random.NextDouble() < 0.1 ? null : value;
        double Maybe(double value) => random.NextDouble() < 0.1 ? double.NaN : value;
        return new Table(
        [
            new NumberColumn("x", [.. Enumerable.Range(0, Rows).Select(_ => Maybe(random.NextDouble()))]),
            new NumberColumn(
                "y z", [.. Enumerable.Range(0, Rows).Select(_ => Maybe(Math.Exp(3 * random.NextDouble()) - 5))]),
            new StringColumn(
                "city", [
                    .. Enumerable.Range(0, Rows)
                        .Select(i => i >= Train && i % 9 == 0 ? "Kobe" : Missing(cities[random.Next(4)]))]),
            new NumberColumn(
                "member", [.. Enumerable.Range(0, Rows).Select(_ => Maybe(random.Next(2)))], ColumnKind.Boolean),
            new NumberColumn(
                "since",
                [
                    .. Enumerable.Range(0, Rows).Select(i => Maybe(
                        (new DateTime(1950 + (i >= Train ? 60 : 0), 1, 1).AddDays(random.Next(18_000))
                            .AddHours(i % 3 == 0 ? 5 : 0) - DateTime.UnixEpoch)
                        .TotalSeconds)),
                ],
                ColumnKind.Date),
        ]);
    }
}
