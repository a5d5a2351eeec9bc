using MaaS.Tabular.Cleaning;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Cleaning;

public sealed class MaskPersonalDataTests
{
    [Test]
    public void Apply_MasksCellsAndCountsRows()
    {
        var table = new Table(
        [
            new StringColumn("note", ["mail ann@example.com", null, "IBAN DE89 3704 0044 0532 0130 00.", "nothing"]),
            new NumberColumn("card", [4111111111111111, double.NaN, 5500005555555559, 4111111111111112]),
            new NumberColumn("amount", [1, 2, 3, 4]),
            new StringColumn("kept", ["bob@example.org", null, null, null]),
        ]);

        var result = new MaskPersonalData("kept").Apply(table);

        Assert.That(result.Rows, Is.EqualTo(2));
        Assert.That(result.Columns, Is.EqualTo(new[] { "note", "card" }));
        Assert.That(
            Cells(result.Table, "note"), Is.EqualTo(new[] { "mail <email>", null, "IBAN <iban>.", "nothing" }));
        Assert.That(
            Cells(result.Table, "card"), Is.EqualTo(new[] { "<card>", null, "<card>", "4111111111111112" }));
        Assert.That(Cells(result.Table, "kept"), Is.EqualTo(Cells(table, "kept")));
        Assert.That(result.Table["amount"], Is.SameAs(table["amount"]));
    }

    [Test]
    public void DropMissing_OfTheLabel_CountsTheRows()
    {
        var result = new DropMissing("y").Apply(new Table([new NumberColumn("y", [1, double.NaN, 3])]));
        Assert.That((result.Rows, result.Table.Rows, result.Columns[0]), Is.EqualTo((1, 2, "y")));
    }

    private static string?[] Cells(Table table, string name)
        => [.. Enumerable.Range(0, table.Rows).Select(table[name].Text)];
}
