using System.Text.Json;
using MaaS.Tabular.Cleaning;
using MaaS.Tabular.Features;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Cleaning;

/// <summary>Imputation beside scikit-learn's: Fixtures/make_imputation.py.</summary>
public sealed class ImputationTests
{
    private static readonly JsonElement Fixture = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Cleaning/Fixtures/imputation.json"))).RootElement;

    private static readonly double[][] Rows = Read(Fixture.GetProperty("rows"));

    private static readonly Table Sample = new(
        Enumerable.Range(0, 4).Select(c => new NumberColumn($"x{c}", [.. Rows.Select(r => r[c])])));

    private static readonly int Incomplete = Rows.Count(r => r.Any(double.IsNaN));

    [TestCase(1)]
    [TestCase(5)]
    public void ImputeNearest_IsScikitLearns(int neighbors)
    {
        var result = new ImputeNearest(neighbors).Apply(Sample);
        AssertEqual(result.Table, Fixture.GetProperty("nearest").GetProperty($"{neighbors}"));
        Assert.That((result.Rows, result.Columns.Count), Is.EqualTo((Incomplete, 4)));
    }

    [TestCase(Imputation.Mean)]
    [TestCase(Imputation.Median)]
    [TestCase(Imputation.Mode)]
    public void Impute_IsScikitLearns(Imputation rule)
    {
        var result = new Impute(rule).Apply(Sample);
        AssertEqual(result.Table, Fixture.GetProperty("simple").GetProperty($"{rule}"));
        Assert.That(result.Rows, Is.EqualTo(Incomplete));
    }

    [Test]
    public void MissingIndicators_IsScikitLearns()
    {
        var result = new MissingIndicators().Apply(Sample);
        AssertEqual(result.Table.Without("x0", "x1", "x2", "x3"), Fixture.GetProperty("indicators"));
        Assert.That(result.Rows, Is.EqualTo(Incomplete));
        Assert.That(result.Columns, Is.EqualTo(new[] { "x0 missing", "x1 missing", "x2 missing", "x3 missing" }));
    }

    [Test]
    public void ImputeNearest_OfOtherColumns_LeavesThem()
    {
        var table = new Table(
        [
            new NumberColumn("x", [1, double.NaN, 3]), new NumberColumn("y", [1, double.NaN, double.NaN]),
            new StringColumn("c", ["a", null, "b"]),
        ]);
        var result = new ImputeNearest(2, "y").Apply(table);
        Assert.That((result.Rows, result.Table["y"].Missing, result.Table["c"].Missing), Is.EqualTo((1, 2, 1)));
        Assert.That(((NumberColumn)result.Table["x"]).Values.ToArray(), Is.EqualTo(new[] { 1d, 2, 3 }));
    }

    [Test]
    public void ImputeNearest_OfAnEmptyColumn_NamesIt()
        => Assert.That(
            () => new ImputeNearest().Apply(new Table([new NumberColumn("x", [double.NaN])])),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("column 'x'"));

    private static void AssertEqual(Table table, JsonElement expected)
    {
        var rows = Read(expected);
        for (var c = 0; c < table.Columns.Count; c++)
        {
            Assert.That(
                ((NumberColumn)table.Columns[c]).Values.ToArray(), Is.EqualTo(rows.Select(r => r[c])).Within(1e-12),
                table.Columns[c].Name);
        }
    }

    private static double[][] Read(JsonElement rows) =>
    [
        .. rows.EnumerateArray().Select(row => row.EnumerateArray()
            .Select(v => v.ValueKind == JsonValueKind.Null ? double.NaN : v.GetDouble()).ToArray()),
    ];
}
