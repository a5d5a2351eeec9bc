using MaaS.Tabular.Cleaning;
using MaaS.Tabular.Features;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Cleaning;

public sealed class CleaningTests
{
    private static readonly Table Sample = new(
    [
        new NumberColumn("x", [1, 2, 2, double.NaN, 100]),
        new StringColumn("c", ["a", "b", "b", null, "b"]),
        new NumberColumn("one", [7, 7, 7, 7, 7]),
    ]);

    [Test]
    public void DropDuplicates_KeepsTheFirstOfEqualRows()
    {
        var result = new DropDuplicates().Apply(Sample);
        Assert.That((result.Rows, result.Table.Rows, Sample.Rows), Is.EqualTo((1, 4, 5)));
    }

    [Test]
    public void DropDuplicates_OfCellsThatOnlyJoinedAreEqual_KeepsBoth()
        => Assert.That(
            new DropDuplicates().Apply(
                new Table([new StringColumn("a", ["ab", "a"]), new StringColumn("b", ["c", "bc"])])).Rows,
            Is.Zero);

    [Test]
    public void DropConstantColumns_LeavesOutTheConstantOneAlone()
    {
        var result = new DropConstantColumns().Apply(Sample);
        Assert.That(result.Columns, Is.EqualTo(new[] { "one" }));
        Assert.That(result.Table.Columns.Select(c => c.Name), Is.EqualTo(new[] { "x", "c" }));
        Assert.That(new DropConstantColumns("one").Apply(Sample).Columns, Is.Empty);
    }

    [Test]
    public void Clip_MovesOutliersOntoTheQuantileAndCountsThem()
    {
        var result = new Clip(0, 0.5).Apply(Sample);
        Assert.That(((NumberColumn)result.Table["x"]).Values.ToArray(), Is.EqualTo(new[] { 1, 2, 2, double.NaN, 2 }));
        Assert.That((result.Rows, result.Columns), Is.EqualTo((1, new[] { "x" })));
    }

    [Test]
    public void Impute_FillsNumbersByTheRuleAndCategoriesByTheMode()
    {
        var result = new Impute(Imputation.Mean).Apply(Sample);
        Assert.That(((NumberColumn)result.Table["x"]).Values[3], Is.EqualTo(26.25));
        Assert.That((result.Table["c"].Text(3), result.Rows), Is.EqualTo(("b", 1)));
        Assert.That(result.Columns, Is.EqualTo(new[] { "x", "c" }));
    }

    [Test]
    public void ImpossibleValues_BecomeMissing()
    {
        var schema = new TableSchema(
        [
            new ColumnSchema { Name = "x", Kind = ColumnKind.Number, Maximum = 50 },
            new ColumnSchema { Name = "c", Kind = ColumnKind.Category, Values = ["b"] },
        ]);
        var result = new ImpossibleValues(schema).Apply(Sample);
        Assert.That((result.Table["x"].Missing, result.Table["c"].Missing, result.Rows), Is.EqualTo((2, 2, 2)));
    }
}
