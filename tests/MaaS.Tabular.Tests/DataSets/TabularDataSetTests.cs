using MaaS.Tabular.Cleaning;
using MaaS.Tabular.DataSets;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.DataSets;

/// <summary>The tables that set-up fetches, as data/README.md describes them.</summary>
public sealed class TabularDataSetTests
{
    [TestCase("breast-cancer", 569, 31, 0, TabularTask.Classification)]
    [TestCase("wine", 178, 14, 0, TabularTask.Classification)]
    [TestCase("diabetes", 442, 11, 0, TabularTask.Regression)]
    [TestCase("digits", 1797, 65, 0, TabularTask.Classification)]
    [TestCase("penguins", 344, 7, 0, TabularTask.Classification)]
    [TestCase("cars", 406, 9, 8, TabularTask.Regression)]
    [TestCase("movies", 3201, 16, 213, TabularTask.Regression)]
    [TestCase("birdstrikes", 10_000, 14, 0, TabularTask.Classification)]
    public async Task ReadAsync_OfEachTable_HasItsRowsAndLabel(
        string name, int rows, int columns, int unlabelled, TabularTask task)
    {
        var data = TabularDataSet.Find(name)!;

        var table = await data.ReadAsync();

        Assert.That((table.Rows, table.Columns.Count), Is.EqualTo((rows, columns)));
        Assert.That(table[data.Label].Missing, Is.EqualTo(unlabelled));
        Assert.That(data.Ignore.Except(table.Columns.Select(c => c.Name)), Is.Empty);
        var labelled = new DropMissing(data.Label).Apply(table).Table;
        Assert.That(Target.Of(labelled[data.Label]).Task, Is.EqualTo(task));
    }

    [Test]
    public async Task OpenAsync_OfTheLargeOne_HasThreeMillionRows()
    {
        var data = TabularDataSet.Find("flights-3m")!;
        var stream = await StreamedTable.OpenAsync(data.FindFile());
        Assert.That((stream.Rows, data.IsLarge, data.Above), Is.EqualTo((3_000_000, true, 15)));
        Assert.That(
            stream.Schema.Columns.Select(c => (c.Name, c.Kind)),
            Is.EqualTo(new[]
            {
                ("date", ColumnKind.Date), ("delay", ColumnKind.Number), ("distance", ColumnKind.Number),
                ("origin", ColumnKind.Category), ("destination", ColumnKind.Category),
            }));
    }

    [Test]
    public void FindFile_OfWhatWasNotFetched_SaysWhatToDo()
        => Assert.That(
            () => new TabularDataSet("none", "none.csv", "y").FindFile(),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("run `./maas setup --with-tables`"));

    [Test]
    public void Find_OfAnUnknownName_IsNull() => Assert.That(TabularDataSet.Find("iris"), Is.Null);
}
