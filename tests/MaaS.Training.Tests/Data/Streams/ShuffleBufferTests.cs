using MaaS.Training.Data;
using MaaS.Training.Data.Streams;

namespace MaaS.Training.Tests.Data.Streams;

public sealed class ShuffleBufferTests
{
    [TestCase(0, 5), TestCase(3, 5), TestCase(5, 5), TestCase(1000, 1), TestCase(1000, 64), TestCase(1000, 5000)]
    public void Shuffle_GivesEachItemOnce(int count, int size)
    {
        var order = ShuffleBuffer.Shuffle(Enumerable.Range(0, count), size, new SeededRandom(1, 1)).ToList();
        Assert.That(order.Order(), Is.EqualTo(Enumerable.Range(0, count)));
        Assert.That(order.SequenceEqual(Enumerable.Range(0, count)), Is.EqualTo(size == 1 || count == 0));
        Assert.That(order.Select((item, i) => item - i).DefaultIfEmpty().Max(), Is.LessThanOrEqualTo(size), "nothing is read further ahead");
    }

    // Of the items in the buffer each is drawn as often as the others.
    [Test]
    public void Shuffle_FirstItem_IsUniform()
    {
        var counts = new int[8];
        for (var seed = 0; seed < 8000; seed++)
        {
            counts[ShuffleBuffer.Shuffle(Enumerable.Range(0, 20), 8, new SeededRandom(seed, 1)).First()]++;
        }

        Assert.That(counts, Is.All.InRange(850, 1150));
    }
}
