using MaaS.Training.Data.Text;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Data.Text;

public sealed class TextDatasetTests
{
    [Test]
    public void GetBatch_PadsToItsLongest()
    {
        var data = new TextDataset([[5, 6, 7], [8], [9, 9, 9, 9]], [0, 1, 1], ["a", "b"], padding: 3);
        var (ids, targets) = data.GetBatch(tensor(new long[] { 1, 0 }), CPU);
        using (ids)
        using (targets)
        {
            Assert.That(ids.shape, Is.EqualTo(new long[] { 2, 3 }));
            Assert.That(ids.data<long>().ToArray(), Is.EqualTo(new long[] { 8, 3, 3, 5, 6, 7 }));
            Assert.That(targets.data<long>().ToArray(), Is.EqualTo(new long[] { 1, 0 }));
        }

        Assert.That(data.InputShape, Is.EqualTo(new long[] { 4 }));
    }

    [Test]
    public void Order_EveryTextOnceAndLittlePadding()
    {
        var random = new Random(1);
        int[][] texts = [.. Enumerable.Range(0, 1003).Select(_ => new int[random.Next(1, 200)])];
        var data = new TextDataset(texts, new int[1003], ["a", "b"], padding: 0);
        var order = data.Order(seed: 1, epoch: 1, batchSize: 16);
        long Tokens(IEnumerable<long> positions)
            => positions.Chunk(16).Sum(batch => batch.Length * batch.Max(i => (long)texts[i].Length));
        Assert.That(order.Order(), Is.EqualTo(Enumerable.Range(0, 1003)));
        Assert.That(Tokens(order), Is.LessThan(1.1 * texts.Sum(static t => t.Length)));
        Assert.That(
            Tokens(Enumerable.Range(0, 1003).Select(static i => (long)i)),
            Is.GreaterThan(1.5 * texts.Sum(static t => t.Length)), "what plain order would cost");
        Assert.That(data.Order(1, 1, 16), Is.EqualTo(order));
        Assert.That(data.Order(1, 2, 16), Is.Not.EqualTo(order));
    }

    [Test]
    public void Order_TextsOfOneLength_MixesClasses()
    {
        int[][] texts = [.. Enumerable.Range(0, 640).Select(static _ => new int[10])];
        var data = new TextDataset(
            texts, [.. Enumerable.Range(0, 640).Select(static i => i / 320)], ["a", "b"], padding: 1);
        var shares = data.Order(1, 1, 32).Chunk(32).Select(batch => batch.Average(i => data.Targets[(int)i]));
        Assert.That(shares, Has.All.InRange(0.15, 0.85), "files are often sorted by class");
    }

    [Test]
    public void SortedByLength_KeepsTargets()
    {
        var (sorted, positions) = new TextDataset([[1, 1], [2], [3, 3, 3]], [0, 1, 0], ["a", "b"], 0).SortedByLength();
        Assert.That(positions, Is.EqualTo(new[] { 1, 0, 2 }));
        Assert.That(sorted.Targets, Is.EqualTo(new[] { 1, 0, 0 }));
    }

    [Test]
    public void Constructor_EmptySequence_Throws()
        => Assert.That(
            () => new TextDataset([[1], []], [0, 1], ["a", "b"], 0),
            Throws.ArgumentException.With.Message.Contains("1 of them without tokens"));
}
