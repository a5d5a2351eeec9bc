using System.Text.Json;
using MaaS.Tabular.Features;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Features;

/// <summary>Features beside scikit-learn's: Fixtures/make_features.py.</summary>
public sealed class FittedFeaturesTests
{
    private static readonly JsonElement Fixture = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Features/Fixtures/features.json"))).RootElement;

    private static readonly int Train = Fixture.GetProperty("train").GetInt32();

    private static readonly Target Y =
        Target.OfNumbers([.. Fixture.GetProperty("y").EnumerateArray().Select(v => v.GetDouble())]);

    private static int[] TrainRows => [.. Enumerable.Range(0, Train)];

    private static int[] OtherRows => [.. Enumerable.Range(Train, Y.Count - Train)];

    [TestCase(Imputation.Median, NumberTransform.None, Scaling.Standard, 1e-12)]
    [TestCase(Imputation.Mean, NumberTransform.None, Scaling.Robust, 1e-12)]
    [TestCase(Imputation.Mode, NumberTransform.None, Scaling.MinMax, 1e-12)]
    [TestCase(Imputation.Median, NumberTransform.Log, Scaling.Standard, 1e-6)]
    [TestCase(Imputation.Median, NumberTransform.None, Scaling.None, 1e-12)]
    [TestCase(Imputation.Median, NumberTransform.YeoJohnson, Scaling.Standard, 1e-5)]
    public void Transform_OfNumbers_IsScikitLearns(
        Imputation imputation, NumberTransform transform, Scaling scaling, double tolerance)
    {
        var table = Numbers();
        var options = new FeatureOptions
        {
            Imputation = imputation,
            Transform = transform,
            Scaling = scaling,
            MissingIndicator = false,
        };

        var (features, _) = FittedFeatures.Fit(table.Take(TrainRows), Y.Take(TrainRows), options);
        var actual = features.Transform(table.Take(OtherRows));

        var expected = Fixture.GetProperty("numbers").GetProperty($"{imputation}/{transform}/{scaling}");
        for (var row = 0; row < actual.Rows; row++)
        {
            Assert.That(
                actual.Row(row).ToArray(),
                Is.EqualTo(expected[row].EnumerateArray().Select(v => v.GetDouble())).Within(tolerance), $"row {row}");
        }
    }

    [Test]
    public void Fit_OfNumbers_SaysWhatWasMissing()
    {
        var table = Numbers();
        var (features, training) = FittedFeatures.Fit(table.Take(TrainRows), Y.Take(TrainRows));

        var first = Enumerable.Range(0, 5).First(c => table.Take(TrainRows).Columns[c].Missing > 0);
        var indicator = features.Names.ToList().IndexOf($"x{first} missing");
        Assert.That(indicator, Is.EqualTo(5));
        Assert.That(
            TrainRows.Select(r => training[r, indicator]),
            Is.EqualTo(TrainRows.Select(r => table.Columns[first].IsMissing(r) ? 1d : 0)));
    }

    [TestCase(CategoryEncoding.OneHot, "oneHot")]
    [TestCase(CategoryEncoding.Ordinal, "ordinal")]
    [TestCase(CategoryEncoding.Target, "target")]
    public void Transform_OfCategories_IsScikitLearns(CategoryEncoding encoding, string name)
    {
        var table = Cities();
        var (features, _) = FittedFeatures.Fit(
            table.Take(TrainRows), Y.Take(TrainRows), new FeatureOptions { Encoding = encoding });
        var actual = features.Transform(table.Take(OtherRows));

        for (var row = 0; row < actual.Rows; row++)
        {
            var expected = Fixture.GetProperty(name)[row];
            Assert.That(
                actual.Row(row).ToArray(),
                Is.EqualTo(
                    expected.ValueKind == JsonValueKind.Array
                        ? expected.EnumerateArray().Select(v => v.GetDouble()).ToArray() : [expected.GetDouble()])
                    .Within(1e-12));
        }
    }

    [TestCase(false, true)]
    [TestCase(false, false)]
    [TestCase(true, true)]
    [TestCase(true, false)]
    public void Transform_WithBins_IsScikitLearns(bool uniform, bool oneHot)
    {
        var options = new FeatureOptions
        {
            MissingIndicator = false,
            Bins = new BinOptions { Count = 4, Uniform = uniform, OneHot = oneHot },
        };
        var expected = Fixture.GetProperty("bins")
            .GetProperty($"{(uniform ? "Uniform" : "Quantile")}/{(oneHot ? "OneHot" : "Ordinal")}");
        AssertRows(Transformed(Numbers(), options), expected, 0);
    }

    [Test]
    public void Transform_WithInteractions_IsScikitLearns()
        => AssertRows(
            Transformed(Numbers(), new FeatureOptions { MissingIndicator = false, Interactions = true }),
            Fixture.GetProperty("interactions"), 1e-12);

    [Test]
    public void Transform_OfHashedCategories_IsScikitLearns()
        => AssertRows(
            Transformed(
                Cities(), new FeatureOptions { Encoding = CategoryEncoding.Hashed, HashedFeatures = 6 }),
            Fixture.GetProperty("hashed"), 0);

    [Test]
    public void Transform_OfTexts_IsScikitLearns()
        => AssertRows(Transformed(Texts(), new FeatureOptions()), Fixture.GetProperty("tfidf"), 1e-7);

    [Test]
    public void Fit_OfTextsWithoutAWordThatComesAgain_LeavesTheColumnOut()
    {
        var table = new Table(
        [
            new NumberColumn("x", [1, 2]), new StringColumn("t", ["one two", "three four"], ColumnKind.Text),
        ]);
        var (features, _) = FittedFeatures.Fit(table, Target.OfNumbers([1, 2]));
        Assert.That(features.Names, Is.EqualTo(new[] { "x" }));
        Assert.That(features.Schema.Columns.Select(c => c.Name), Is.EqualTo(new[] { "x" }));
    }

    [Test]
    public void Fit_OfTextsWithAMostOfTerms_KeepsThoseThatAreWrittenMost()
    {
        var table = new Table([new StringColumn("t", ["aa aa bb", "aa cc bb", "cc dd dd dd"], ColumnKind.Text)]);
        var (features, _) = FittedFeatures.Fit(
            table, Target.OfNumbers([1, 2, 3]), new FeatureOptions { TextTerms = 2 });
        Assert.That(features.Names, Is.EqualTo(new[] { "t: aa", "t: bb" }));
        Assert.That(features.Columns, Is.EqualTo(new[] { "t", "t" }));
    }

    [Test]
    public void Fit_WithBinsAndMissingNumbersHandedOn_IsRefused()
        => Assert.That(
            () => FittedFeatures.Fit(
                Numbers(), Y, new FeatureOptions { Bins = new BinOptions(), Imputation = Imputation.None }),
            Throws.ArgumentException.With.Message.Contains("beside Bins"));

    [Test]
    public void Fit_OfDatesWithCycles_IsNumpys()
    {
        var cycles = Fixture.GetProperty("cycles");
        double[] seconds =
        [
            .. cycles.GetProperty("when").EnumerateArray()
                .Select(w => (DateTime.Parse(w.GetString()!) - DateTime.UnixEpoch).TotalSeconds),
        ];
        var table = new Table([new NumberColumn("on", seconds, ColumnKind.Date)]);
        var (features, values) = FittedFeatures.Fit(
            table, Y,
            new FeatureOptions { Scaling = Scaling.None, Dates = DateFeatures.Cycles | DateFeatures.TimeOfDay });

        Assert.That(features.Names.Take(3), Is.EqualTo(new[] { "on days", "on hour", "on month sin" }));
        for (var row = 0; row < values.Rows; row++)
        {
            var turns = cycles.GetProperty("turns")[row].EnumerateArray().Select(v => v.GetDouble());
            Assert.That(
                values.Row(row)[1..].ToArray(),
                Is.EqualTo(turns.Prepend(cycles.GetProperty("hour")[row].GetDouble())).Within(1e-7), $"row {row}");
        }
    }

    [Test]
    public void Fit_WithTargetEncoding_ShowsNoTrainingRowItsOwnLabel()
    {
        var table = Cities().Take(TrainRows);
        var options = new FeatureOptions { Encoding = CategoryEncoding.Target };
        var (_, before) = FittedFeatures.Fit(table, Y.Take(TrainRows), options);
        var changed = Y.Take(TrainRows).Rows.ToArray();
        changed[3] += 1000;
        var (_, after) = FittedFeatures.Fit(table, Target.OfNumbers(changed), options);

        Assert.That(after[3, 0], Is.EqualTo(before[3, 0]));
        Assert.That(Enumerable.Range(0, Train).Count(r => after[r, 0] != before[r, 0]), Is.GreaterThan(Train / 2));
    }

    [Test]
    public void Fit_OfDates_GivesTheirParts()
    {
        string[] days = ["1969-12-31", "2000-02-29", "2024-03-01", "1600-01-01"];
        var seconds = Array.ConvertAll(days, d => (DateTime.Parse(d) - DateTime.UnixEpoch).TotalSeconds);
        var table = new Table([new NumberColumn("on", [.. seconds, double.NaN], ColumnKind.Date)]);
        var (features, parts) = FittedFeatures.Fit(
            table, Target.OfNumbers([1, 2, 3, 4, 5]),
            new FeatureOptions { Scaling = Scaling.None, Imputation = Imputation.None });

        Assert.That(features.Names, Is.EqualTo(new[] { "on days", "on year", "on month", "on day", "on weekday" }));
        for (var row = 0; row < days.Length; row++)
        {
            var date = DateTime.Parse(days[row]);
            Assert.That(
                parts.Row(row).ToArray(),
                Is.EqualTo(new double[]
                {
                    (date - DateTime.UnixEpoch).Days, date.Year, date.Month, date.Day, ((int)date.DayOfWeek + 6) % 7,
                }));
        }

        Assert.That(parts.Row(4).ToArray(), Is.All.NaN);
    }

    [Test]
    public void Transform_OfAColumnOfAnotherKind_NamesIt()
    {
        var (features, _) = FittedFeatures.Fit(Cities(), Y);
        var other = new Table([new NumberColumn("city", new double[Y.Count])]);
        Assert.That(
            () => features.Transform(other),
            Throws.InstanceOf<InvalidDataException>()
                .With.Message.Contains("column 'city': expected Category as in training, got Number"));
    }

    private static Matrix Transformed(Table table, FeatureOptions options)
    {
        var (features, _) = FittedFeatures.Fit(table.Take(TrainRows), Y.Take(TrainRows), options);
        return features.Transform(table.Take(OtherRows));
    }

    private static void AssertRows(Matrix actual, JsonElement expected, double tolerance)
    {
        Assert.That(actual.Rows, Is.EqualTo(expected.GetArrayLength()));
        for (var row = 0; row < actual.Rows; row++)
        {
            Assert.That(
                actual.Row(row).ToArray(),
                Is.EqualTo(expected[row].EnumerateArray().Select(v => v.GetDouble())).Within(tolerance), $"row {row}");
        }
    }

    private static Table Texts() => new(
    [
        new StringColumn(
            "words", [.. Fixture.GetProperty("texts").EnumerateArray().Select(v => v.GetString())], ColumnKind.Text),
    ]);

    private static Table Numbers() => new(Enumerable.Range(0, 5).Select(c => new NumberColumn(
        $"x{c}",
        [
            .. Fixture.GetProperty("x").EnumerateArray()
                .Select(row => row[c].ValueKind == JsonValueKind.Null ? double.NaN : row[c].GetDouble()),
        ])));

    private static Table Cities() => new(
        [new StringColumn("city", [.. Fixture.GetProperty("city").EnumerateArray().Select(v => v.GetString())])]);
}
