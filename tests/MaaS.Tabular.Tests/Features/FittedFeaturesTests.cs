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

    private static Table Numbers() => new(Enumerable.Range(0, 5).Select(c => new NumberColumn(
        $"x{c}",
        [
            .. Fixture.GetProperty("x").EnumerateArray()
                .Select(row => row[c].ValueKind == JsonValueKind.Null ? double.NaN : row[c].GetDouble()),
        ])));

    private static Table Cities() => new(
        [new StringColumn("city", [.. Fixture.GetProperty("city").EnumerateArray().Select(v => v.GetString())])]);
}
