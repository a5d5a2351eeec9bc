using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Tables;

public sealed class KindInferenceTests
{
    [Test]
    public void Add_OfDifferentCellsInEveryRow_RemembersNoMoreOfThemThanItSays()
    {
        var inference = new KindInference("id");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var row = 0; row < 600_000; row++)
        {
            inference.Add($"cell {row}");
        }

        // A set of 600,000 hashes takes 20 MB, one of 100,000 takes 4 MB.
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(8_000_000));
        Assert.That(inference.Kind(), Is.EqualTo(ColumnKind.Category));
    }

    [TestCase(100_000, ColumnKind.Text)]
    [TestCase(50_001, ColumnKind.Text)]
    [TestCase(50_000, ColumnKind.Category)]
    public void Kind_OfLongCells_IsSaidByTheFirstHundredThousand(int different, ColumnKind expected)
    {
        var inference = new KindInference("words");
        for (var row = 0; row < 250_000; row++)
        {
            inference.Add($"a text of more than twenty letters {(row < different ? row : 0)}");
            inference.Add(null);
        }

        Assert.That(inference.Kind(), Is.EqualTo(expected));
    }
}
