using MaaS.Serving.Execution;

namespace MaaS.Serving.Tests.Execution;

public sealed class NativeBlockTests
{
    [Test]
    public void GetSpan_AfterDispose_IsRefused()
    {
        var block = new NativeBlock(1 << 16, 64);
        var memory = block.Memory;
        memory.Span[^1] = 7;

        Assert.That(memory.Span[^1], Is.EqualTo(7));
        ((IDisposable)block).Dispose();
        Assert.That(() => memory.Span[0], Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => memory.Pin(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public unsafe void Dispose_WhileARunReadsIt_FreesItAfterwards()
    {
        var block = new NativeBlock(1 << 16, 64);
        var pin = block.Memory.Pin();
        ((byte*)pin.Pointer)[9] = 5;

        ((IDisposable)block).Dispose();

        Assert.That(((byte*)pin.Pointer)[9], Is.EqualTo(5), "a run goes on reading what it has pinned");
        pin.Dispose();
        Assert.That(pin.Pointer is null);
    }
}
