using System.Buffers;
using System.Runtime.InteropServices;

namespace MaaS.Onnx.Inference;

/// <summary>The bytes of a memory of other elements, without a copy.</summary>
internal sealed class CastMemory<T>(Memory<T> source) : MemoryManager<byte>
    where T : unmanaged
{
    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(source.Span);

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        var size = sizeof(T);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            (uint)elementIndex, (uint)(source.Length * size), nameof(elementIndex));
        var pin = source.Pin();
        return new MemoryHandle((byte*)pin.Pointer + elementIndex, default, new Release(pin));
    }

    public override void Unpin()
    {
        // Each pin carries its own release.
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Release(MemoryHandle pin) : IPinnable
    {
        private MemoryHandle _pin = pin;

        MemoryHandle IPinnable.Pin(int elementIndex) => throw new NotSupportedException();

        void IPinnable.Unpin() => _pin.Dispose();
    }
}
