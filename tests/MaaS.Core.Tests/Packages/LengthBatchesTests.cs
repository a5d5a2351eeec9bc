using MaaS.Core.Packages;

namespace MaaS.Core.Tests.Packages;

public sealed class LengthBatchesTests
{
    // Three short rows and one long one: a run for all computes 4 · 50 tokens, two runs 3 · 5 and 50.
    [Test]
    public void Of_ShortRowsAndALongOne_AreTwoRuns()
        => Assert.That(
            LengthBatches.Of([5, 50, 4, 5], tokens: 4096), Is.EqualTo(new int[][] { [2, 0, 3], [1] }));

    [Test]
    public void Of_RowsWhosePaddingCostsLessThanARun_ShareOne()
        => Assert.That(LengthBatches.Of([9, 12, 10], tokens: 4096), Is.EqualTo(new int[][] { [0, 2, 1] }));

    [TestCase(4096, int.MaxValue)]
    [TestCase(60, int.MaxValue)]
    [TestCase(4096, 3)]
    [TestCase(10, 1)]
    public void Of_SomeRows_CostsNoMoreThanAnyOtherWayToCutThem(int tokens, int rows)
    {
        var random = new Random(4);
        for (var round = 0; round < 20; round++)
        {
            int[] lengths = [.. Enumerable.Range(0, 10).Select(_ => random.Next(1, 40))];
            int[] sorted = [.. lengths.Order()];

            var batches = LengthBatches.Of(lengths, tokens, rows).ToList();

            // Every set of places to cut at, as the bits of a number.
            var least = Enumerable.Range(0, 1 << (sorted.Length - 1)).Select(cuts => CutAt(sorted, cuts))
                .Where(parts => parts.TrueForAll(p => Fits(p, tokens, rows))).Min(Cost);
            List<int[]> found = [.. batches.Select(b => Array.ConvertAll(b, i => lengths[i]))];
            Assert.That(found.TrueForAll(p => Fits(p, tokens, rows)));
            Assert.That(Cost(found), Is.EqualTo(least));
            Assert.That(batches.SelectMany(static b => b), Is.EquivalentTo(Enumerable.Range(0, lengths.Length)));
        }
    }

    [Test]
    public void Of_NoRows_IsNoBatch() => Assert.That(LengthBatches.Of([], tokens: 10), Is.Empty);

    private static bool Fits(int[] part, int tokens, int rows)
        => part.Length == 1 || (part.Length <= rows && part.Length * part.Max() <= tokens);

    private static long Cost(List<int[]> parts)
        => parts.Sum(static p => LengthBatches.RunCost + ((long)p.Length * p.Max()));

    private static List<int[]> CutAt(int[] rows, int cuts)
    {
        List<int[]> parts = [];
        var start = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            if (i == rows.Length - 1 || (cuts >> i & 1) == 1)
            {
                parts.Add(rows[start..(i + 1)]);
                start = i + 1;
            }
        }

        return parts;
    }
}
