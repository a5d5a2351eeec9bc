using System.Buffers;

namespace MaaS.Onnx.Inference;

/// <summary>Memory that the runtime does not manage, as <see cref="Memory{T}"/>. It neither owns nor frees
/// it.</summary>
/// <param name="pointer">First byte.</param>
/// <param name="length">Bytes.</param>
/// <param name="isAlive">Whether the owner still holds the memory; asked before every access.</param>
public sealed unsafe class NativeMemory(byte* pointer, int length, Func<bool> isAlive) : MemoryManager<byte>
{
    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(!isAlive(), this);
        return new Span<byte>(pointer, length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length, nameof(elementIndex));
        ObjectDisposedException.ThrowIf(!isAlive(), this);
        return new MemoryHandle(pointer + elementIndex);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
        // Native memory does not move.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
