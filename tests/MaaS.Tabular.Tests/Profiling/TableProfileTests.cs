using System.Text.Json;
using MaaS.Tabular.Profiling;
using MaaS.Tabular.Tables;
using MaaS.Tests;
using MaaS.Text.Cleaning;

namespace MaaS.Tabular.Tests.Profiling;

/// <summary>Profiles beside numpy, scipy and scikit-learn: Fixtures/make_profile.py.</summary>
public sealed class TableProfileTests
{
    private static readonly JsonElement Fixture = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Profiling/Fixtures/profile.json"))).RootElement;

    private static readonly Table Sample = new(
    [
        new NumberColumn("a", Numbers("a")), new NumberColumn("b", Numbers("b")),
        new StringColumn("c", Texts("c")), new StringColumn("d", Texts("d")),
    ]);

    [TestCase("a")]
    [TestCase("b")]
    public void Of_Numbers_IsNumpys(string name)
    {
        var column = TableProfile.Of(Sample).Columns.Single(c => c.Name == name);
        var (actual, expected) = (column.Numbers!, Fixture.GetProperty("numbers").GetProperty(name));

        double Expected(string member) => expected.GetProperty(member).GetDouble();
        Assert.That(
            new[]
            {
                actual.Mean, actual.StandardDeviation, actual.Minimum, actual.LowerQuartile, actual.Median,
                actual.UpperQuartile, actual.Maximum,
            },
            Is.EqualTo(new[]
            {
                "mean", "standardDeviation", "minimum", "lowerQuartile", "median", "upperQuartile", "maximum",
            }.Select(Expected)).Within(1e-12));
        Assert.That(actual.Outliers, Is.EqualTo(expected.GetProperty("outliers").GetInt32()).And.GreaterThan(0));
        Assert.That(column.Histogram!.Counts, Is.EqualTo(expected.GetProperty("counts").Deserialize<int[]>()));
        Assert.That(
            column.Histogram.Edges, Is.EqualTo(expected.GetProperty("edges").Deserialize<double[]>()).Within(1e-12));
    }

    [TestCase("a", "b", AssociationMeasure.Pearson, "pearson")]
    [TestCase("a", "b", AssociationMeasure.Spearman, "spearman")]
    [TestCase("c", "d", AssociationMeasure.CramersV, "cramersV")]
    [TestCase("a", "c", AssociationMeasure.CorrelationRatio, "correlationRatio")]
    public void Of_Pairs_IsScipys(string first, string second, AssociationMeasure measure, string expected)
    {
        var pair = TableProfile.Of(Sample).Associations.Single(
            a => (a.First, a.Second, a.Measure) == (first, second, measure));
        Assert.That(pair.Value, Is.EqualTo(Fixture.GetProperty(expected).GetDouble()).Within(1e-12));
    }

    [Test]
    public void Of_AConstantColumn_HasNoCorrelation()
    {
        var table = new Table([new NumberColumn("x", [1, 2, 3]), new NumberColumn("y", [0.1, 0.1, 0.1])]);
        Assert.That(TableProfile.Of(table).Associations.Select(a => a.Value), Is.All.NaN);
    }

    [Test]
    public void Of_ATableWithALeak_NamesItAndNothingElse()
    {
        var random = new Random(3);
        var label = Enumerable.Range(0, 400).Select(_ => random.Next(2)).ToArray();
        var table = new Table(
        [
            new NumberColumn("noise", [.. label.Select(_ => random.NextDouble())]),
            new NumberColumn("good", [.. label.Select(y => y + random.NextDouble() * 2)]),
            new NumberColumn("leak", [.. label.Select(y => y * 10 + random.NextDouble())]),
            new StringColumn("code", [.. label.Select(y => y == 1 ? "paid" : "open")]),
            new StringColumn("id", [.. label.Select((_, i) => $"customer-{i}")]),
            new StringColumn("y", [.. label.Select(y => y == 1 ? "yes" : "no")]),
        ]);

        var profile = TableProfile.Of(table, new ProfileOptions { Label = "y" });

        Assert.That(profile.Leaks.Select(l => l.Column), Is.EquivalentTo(new[] { "leak", "code" }));
        Assert.That(profile.Columns.Where(c => c.IsIdentifier).Select(c => c.Name), Is.EqualTo(new[] { "id" }));
    }

    [Test]
    public void Of_ATableSortedByItsLabel_NamesTheOrder()
    {
        var random = new Random(3);
        var table = new Table(
        [
            new NumberColumn("x", [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble())]),
            new StringColumn("y", [.. Enumerable.Range(0, 200).Select(i => i < 90 ? "no" : "yes")]),
        ]);
        Assert.That(
            TableProfile.Of(table, new ProfileOptions { Label = "y" }).Leaks.Select(l => l.Column),
            Is.EqualTo(new[] { LeakSuspect.RowOrder }));
    }

    [Test]
    public void Of_NumbersAsLabel_FindsAColumnThatIsTheLabelInOtherUnits()
    {
        var random = new Random(3);
        var values = Enumerable.Range(0, 500).Select(_ => random.NextDouble()).ToArray();
        var table = new Table(
        [
            new NumberColumn("x", [.. values.Select(v => v + random.NextDouble())]),
            new NumberColumn("cents", [.. values.Select(v => v * 100)]), new NumberColumn("euros", values),
        ]);
        Assert.That(
            TableProfile.Of(table, new ProfileOptions { Label = "euros" }).Leaks.Select(l => l.Column),
            Is.EqualTo(new[] { "cents" }));
    }

    [Test]
    public void Of_ALabelThatCannotBeLearned_SaysSoAndProfilesTheRest()
    {
        var profile = TableProfile.Of(
            new Table([new NumberColumn("x", [1, 2, 3]), new StringColumn("y", ["a", null, "a"])]),
            new ProfileOptions { Label = "y" });
        Assert.That(profile.Findings[0], Does.Contain("every row has the same label 'a'"));
        Assert.That(profile.Findings, Has.Some.Contain("The label is missing in 1 rows"));
        Assert.That(profile.Columns, Has.Count.EqualTo(2));
    }

    [Test]
    public void Of_PersonalData_CountsItAndShowsNoneOfIt()
    {
        var table = new Table(
        [
            new StringColumn("contact", ["write to ann@example.com", "none", "bob@example.org", "none"]),
            // Check digits: the first two are right, of the others one digit is wrong.
            new StringColumn(
                "account",
                ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "DE88 3704 0044 0532 0130 00", "x"]),
            new NumberColumn("card", [4111111111111111, 5500005555555559, double.NaN, 4111111111111112]),
            new StringColumn("host", ["10.0.0.1", "2001:db8::1", "v", "w"]),
            new StringColumn("call", ["+49 30 1234567", "a", "b", "c"]),
            new StringColumn("first_name", ["Ann", "Bob", "Cy", "Di"]),
            new NumberColumn("amount", [1234567890123, 2, 3, 4]),
        ]);

        var profile = TableProfile.Of(table);

        Assert.That(
            profile.Columns.SelectMany(c => c.Personal.Select(p => (c.Name, p.Kind, p.Rows, p.FirstRow))),
            Is.EqualTo(new[]
            {
                ("contact", PersonalDataKind.Email, 2, 1), ("account", PersonalDataKind.Iban, 2, 1),
                ("card", PersonalDataKind.Card, 2, 1), ("host", PersonalDataKind.IpAddress, 2, 1),
                ("call", PersonalDataKind.Phone, 1, 1),
            }));
        Assert.That(
            profile.Columns.Where(c => c.HasPersonalName).Select(c => c.Name), Is.EqualTo(new[] { "first_name" }));
        foreach (var text in new[] { "ann@example.com", "0532", "Ann", "10.0.0.1", "30 1234567", "4111", "5500" })
        {
            Assert.That(profile.ToHtml(), Does.Not.Contain(text));
            Assert.That(profile.ToJson(), Does.Not.Contain(text));
        }
    }

    [Test]
    public void Of_ADateOfBirthAsColumnAndALabelOfPersonalData_TellsNoValue()
    {
        var table = new Table(
        [
            new NumberColumn("birth_date", [0, 86400, 172800], ColumnKind.Date),
            new StringColumn("contact", ["ann@example.com", "bob@example.org", "bob@example.org"]),
        ]);
        var profile = TableProfile.Of(table, new ProfileOptions { Label = "contact" });
        Assert.That(profile.Findings[0], Does.Contain("label 'contact'"));
        foreach (var text in new[] { "example", "1970", "86400" })
        {
            Assert.That(profile.ToHtml(), Does.Not.Contain(text));
            Assert.That(profile.ToJson(), Does.Not.Contain(text));
        }
    }

    [Test]
    public void Of_MoreRowsThanTheLimit_DrawsForPairsAndCountsAllElsewhere()
    {
        var table = new Table([new NumberColumn("x", [.. Enumerable.Range(0, 1000).Select(i => i % 10d)])]);
        var profile = TableProfile.Of(table, new ProfileOptions { MostRows = 100 });
        Assert.That(
            (profile.Rows, profile.AssociationRows, profile.DuplicateRows, profile.Columns[0].Histogram!.Counts.Sum()),
            Is.EqualTo((1000, 100, 990, 1000)));
    }

    [Test]
    public void ToHtml_OfHostileNames_EncodesThemAndAsksNothingOfTheNetwork()
    {
        using var folder = new TemporaryFolder();
        var table = new Table(
        [
            new StringColumn("<script>alert(1)</script>", ["<img src=x>", "b", "b"]),
            new NumberColumn("\"n&", [1, 2, 3]),
            new NumberColumn("empty", [double.NaN, double.NaN, double.NaN]),
            new NumberColumn("since", [0, 86400, double.NaN], ColumnKind.Date),
            new NumberColumn("member", [0, 1, double.NaN], ColumnKind.Boolean),
            new StringColumn("words", ["one", null, "two"], ColumnKind.Text),
        ]);

        TableProfile.Of(table, new ProfileOptions { Name = "<b>" }).SaveHtml(folder["p.html"]);

        var html = File.ReadAllText(folder["p.html"]);
        Assert.That(html, Does.Not.Contain("<script").And.Not.Contain("<img").And.Not.Contain("<b>:"));
        Assert.That(html, Does.Not.Contain("http:").And.Not.Contain("https:").And.Not.Contain("url("));
        Assert.That(html, Does.Contain("prefers-color-scheme: dark").And.Contain("&lt;script&gt;"));
    }

    [Test]
    public void ToJson_OfAProfile_HoldsItsNumbers()
    {
        var json = JsonDocument.Parse(TableProfile.Of(Sample).ToJson()).RootElement;
        Assert.That(json.GetProperty("rows").GetInt32(), Is.EqualTo(120));
        Assert.That(
            json.GetProperty("columns")[0].GetProperty("numbers").GetProperty("mean").GetDouble(),
            Is.EqualTo(Fixture.GetProperty("numbers").GetProperty("a").GetProperty("mean").GetDouble()).Within(1e-12));
    }

    [Test]
    public void Of_AnUnknownLabel_Throws()
        => Assert.That(
            () => TableProfile.Of(Sample, new ProfileOptions { Label = "z" }),
            Throws.InstanceOf<KeyNotFoundException>());

    private static double[] Numbers(string name) => [.. Fixture.GetProperty(name).EnumerateArray()
        .Select(v => v.ValueKind == JsonValueKind.Null ? double.NaN : v.GetDouble())];

    private static string?[] Texts(string name)
        => [.. Fixture.GetProperty(name).EnumerateArray().Select(v => v.GetString())];
}
