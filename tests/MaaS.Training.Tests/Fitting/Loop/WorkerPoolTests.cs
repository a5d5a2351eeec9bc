using MaaS.Training.Fitting.Loop;

namespace MaaS.Training.Tests.Fitting.Loop;

internal sealed class WorkerPoolTests
{
    [Test]
    public void Run_EachWorker_RunsOnceOnAThreadOfItsOwn()
    {
        var initialized = 0;
        using var pool = new WorkerPool(3, () => Interlocked.Increment(ref initialized));
        var threads = new int[3];
        for (var round = 0; round < 5; round++)
        {
            pool.Run(worker => threads[worker] = Environment.CurrentManagedThreadId);
        }

        Assert.Multiple(() =>
        {
            Assert.That(threads.Distinct().Count(), Is.EqualTo(3));
            Assert.That(threads[0], Is.EqualTo(Environment.CurrentManagedThreadId));
            Assert.That(initialized, Is.EqualTo(2));
        });
    }

    [TestCase(0)]
    [TestCase(2)]
    public void Run_AWorkerFails_RethrowsAndStaysUsable(int failing)
    {
        using var pool = new WorkerPool(3, static () => { });
        Assert.That(
            () => pool.Run(worker =>
            {
                if (worker == failing)
                {
                    throw new InvalidDataException("here");
                }
            }),
            Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo("here"));
        var ran = 0;
        pool.Run(_ => Interlocked.Increment(ref ran));
        Assert.That(ran, Is.EqualTo(3));
    }
}
