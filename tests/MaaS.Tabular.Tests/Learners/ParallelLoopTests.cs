using MaaS.Tabular.Learners;

namespace MaaS.Tabular.Tests.Learners;

public sealed class ParallelLoopTests
{
    [Test]
    public void For_WhoseBodyThrows_ThrowsThat()
        => Assert.That(
            () => ParallelLoop.For(
                8, static i => ParallelLoop.For(8, j => throw new InvalidOperationException($"{i} {j}"))),
            Throws.InvalidOperationException);

    [Test]
    public void For_OfManyIndices_RunsEachOnce()
    {
        var seen = new int[1000];
        ParallelLoop.For(seen.Length, i => Interlocked.Increment(ref seen[i]), parallelism: 3);
        Assert.That(seen, Is.All.EqualTo(1));
    }

    [Test]
    public void For_Cancelled_SaysSo()
        => Assert.That(
            () => ParallelLoop.For(4, static _ => { }, cancellationToken: new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
}
