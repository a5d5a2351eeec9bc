using MaaS.Serving.Execution;

namespace MaaS.Serving.Tests.Execution;

public sealed class PinnedBufferTests
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(4096)]
    [TestCase(4097)]
    [TestCase((64 << 20) + 1)]
    public unsafe void Rent_AnySize_IsAlignedAndLargeEnough(int bytes)
    {
        using var buffer = PinnedBuffer.Rent(bytes);
        using var pinned = buffer.Memory.Pin();

        Assert.That(buffer.Memory.Length, Is.GreaterThanOrEqualTo(bytes));
        Assert.That((long)pinned.Pointer % PinnedBuffer.Alignment, Is.Zero);
    }

    [TestCase(5_000)]
    [TestCase(40 << 20)]
    public void Rent_AgainAndAgain_AllocatesNothingOfThatSize(int bytes)
    {
        PinnedBuffer.Rent(bytes).Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            PinnedBuffer.Rent(bytes).Dispose();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(10_000));
    }

    [TestCase(8192, 0)]
    [TestCase(8193, 1)]
    [TestCase((64 << 20) + 1, 1)]
    public void Rent_LargeBlock_Counts(int bytes, int expected)
    {
        var before = LargeMemory.Uses;

        PinnedBuffer.Rent(bytes).Dispose();

        Assert.That(LargeMemory.Uses - before, Is.EqualTo(expected));
    }

    [Test]
    public void Dispose_Twice_GivesTheBlockBackOnce()
    {
        var first = PinnedBuffer.Rent(3000);
        first.Dispose();
        first.Dispose();
        using var second = PinnedBuffer.Rent(3000);
        using var third = PinnedBuffer.Rent(3000);

        second.Span[0] = 1;
        third.Span[0] = 2;
        Assert.That(second.Span[0], Is.EqualTo(1), "two owners have two blocks");
        Assert.That(() => first.Memory, Throws.TypeOf<ObjectDisposedException>());
    }
}
