using MaaS.Training.Data.Streams;

namespace MaaS.Training.Tests.Data.Streams;

public sealed class OrderedPipelineTests
{
    [TestCase(1, 1), TestCase(2, 3), TestCase(5, 2), TestCase(8, 16)]
    public void TryTake_WhateverTheThreads_GivesItemsInOrderWithAllPartsDone(int workers, int prefetch)
    {
        using var pipeline = Pipeline(Enumerable.Range(0, 300).Select(static i => new Item(i, 1 + (i % 4))), workers, prefetch);
        var taken = new List<int>();
        while (pipeline.TryTake(out var item, CancellationToken.None))
        {
            Assert.That(item.Done, Is.EqualTo(item.Parts), "parts done");
            taken.Add(item.Number);
        }

        Assert.That(taken, Is.EqualTo(Enumerable.Range(0, 300)));
    }

    [Test]
    public void Threads_ReadNoFurtherThanTheBound()
    {
        var drawn = 0;
        using var pipeline = Pipeline(
            Enumerable.Range(0, 1000).Select(i =>
            {
                Interlocked.Increment(ref drawn);
                return new Item(i, 1);
            }), workers: 3, prefetch: 4);

        Assert.That(() => Volatile.Read(ref drawn), Is.EqualTo(4).After(5000, 5));
        for (var taken = 1; taken <= 20; taken++)
        {
            pipeline.TryTake(out _, CancellationToken.None);
            Assert.That(() => Volatile.Read(ref drawn), Is.EqualTo(4 + taken).After(5000, 5));
        }
    }

    [Test]
    public void TryTake_WorkThatFailed_GivesWhatCameBeforeAndThenTheFirstPartsError([Values(1, 4)] int workers)
    {
        using var pipeline = new OrderedPipeline<Item>(
            Enumerable.Range(0, 20).Select(static i => new Item(i, 3)), static i => i.Parts,
            static (item, part) =>
            {
                if (item.Number == 7)
                {
                    throw new InvalidDataException($"part {part}");
                }
            }, static _ => { }, new ReaderOptions { Workers = workers }, new ReadMeter());
        for (var i = 0; i < 7; i++)
        {
            Assert.That(pipeline.TryTake(out var item, CancellationToken.None));
            Assert.That(item.Number, Is.EqualTo(i));
        }

        Assert.That(() => pipeline.TryTake(out _, CancellationToken.None), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo("part 0"));
    }

    [Test]
    public void TryTake_SourceThatFailed_GivesWhatCameBefore()
    {
        using var pipeline = Pipeline(Failing(), workers: 2, prefetch: 8);
        Assert.That(pipeline.TryTake(out _, CancellationToken.None));
        Assert.That(pipeline.TryTake(out _, CancellationToken.None));
        Assert.That(() => pipeline.TryTake(out _, CancellationToken.None), Throws.InstanceOf<IOException>());

        static IEnumerable<Item> Failing()
        {
            yield return new Item(0, 1);
            yield return new Item(1, 1);
            throw new IOException("the disk is gone");
        }
    }

    [Test]
    public void Dispose_FreesWhatNobodyTook()
    {
        var (drawn, freed) = (0, 0);
        var pipeline = new OrderedPipeline<Item>(
            Enumerable.Range(0, 100).Select(i =>
            {
                Interlocked.Increment(ref drawn);
                return new Item(i, 2);
            }), static i => i.Parts, static (_, _) => { }, _ => freed++, new ReaderOptions { Workers = 2, Prefetch = 5 }, new ReadMeter());
        pipeline.TryTake(out _, CancellationToken.None);
        pipeline.Dispose();

        Assert.That(freed, Is.EqualTo(drawn - 1));
    }

    [Test]
    public void TryTake_CancelledWhileItWaits_Throws()
    {
        using var source = new CancellationTokenSource();
        using var never = new ManualResetEventSlim();
        using var pipeline = new OrderedPipeline<Item>(
            [new Item(0, 1)], static i => i.Parts,
            (_, _) =>
            {
                source.Cancel();
                never.Wait(CancellationToken.None);
            }, static _ => { }, new ReaderOptions { Workers = 1 }, new ReadMeter());
        try
        {
            Assert.That(() => pipeline.TryTake(out _, source.Token), Throws.InstanceOf<OperationCanceledException>());
        }
        finally
        {
            never.Set();
        }
    }

    private static OrderedPipeline<Item> Pipeline(IEnumerable<Item> items, int workers, int prefetch)
        => new(
            items, static i => i.Parts, static (item, _) => item.Work(), static _ => { },
            new ReaderOptions { Workers = workers, Prefetch = prefetch }, new ReadMeter());

    private sealed class Item(int number, int parts)
    {
        private int _done;

        public int Number => number;

        public int Parts => parts;

        public int Done => Volatile.Read(ref _done);

        public void Work()
        {
            Thread.SpinWait(number * 7919 % 2000);   // Later items are often done before earlier ones.
            Interlocked.Increment(ref _done);
        }
    }
}
