using MaaS.Training.Data;
using MaaS.Training.Data.Streams;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Data.Streams;

public sealed class EpochSlicesTests
{
    private static EpochPlan Plan(int batchSize, int processes = 1, int rank = 0, long skip = 0)
        => new(1, 1, batchSize, CPU, Rank: rank, Processes: processes, Skip: skip);

    [TestCase(10, 3, 1), TestCase(10, 3, 2), TestCase(10, 2, 3), TestCase(12, 4, 4), TestCase(1, 5, 3)]
    public void Of_AllProcesses_CoverEachPositionOnce(int count, int batchSize, int processes)
    {
        var positions = new List<long>();
        for (var rank = 0; rank < processes; rank++)
        {
            var slices = EpochSlices.Of(Plan(batchSize, processes, rank), count).ToList();
            for (var b = 0; b < slices.Count; b++)
            {
                Assert.That(slices[b].Start, Is.EqualTo(((b * processes) + rank) * batchSize));
                positions.AddRange(Enumerable.Range(0, slices[b].Count).Select(i => slices[b].Start + i));
            }
        }

        Assert.That(positions.Order(), Is.EqualTo(Enumerable.Range(0, count).Select(static i => (long)i)));
    }

    [Test]
    public void Of_Skip_LeavesTheFirstBatchesOut()
        => Assert.That(EpochSlices.Of(Plan(3, 2, 1, skip: 1), 14), Is.EqualTo(new[] { (9L, 3) }));

    [Test]
    public void Check_NumbersThatDoNotFit_AreRefused()
    {
        foreach (var plan in new[] { Plan(0), Plan(1, 0), Plan(1, 2, 2), Plan(1, 2, -1), Plan(1, skip: -1) })
        {
            Assert.That(() => EpochSlices.Check(plan), Throws.ArgumentException.With.Message.Contain("EpochPlan: expected"));
        }
    }
}
