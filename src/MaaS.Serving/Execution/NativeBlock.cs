using System.Buffers;
using System.Runtime.InteropServices;

namespace MaaS.Serving.Execution;

/// <summary>
/// A block of the C library's memory, which unlike a pinned array goes back to the system when it is freed. It is freed
/// once it is disposed and no run reads it any more, at the latest when it is collected.
/// </summary>
internal sealed unsafe class NativeBlock : MemoryManager<byte>
{
    private readonly Handle _handle;

    /// <summary>Takes memory; it is not zeroed.</summary>
    /// <param name="size">Bytes, above 0.</param>
    /// <param name="alignment">Power of 2 that its address is a multiple of.</param>
    public NativeBlock(int size, int alignment) => _handle = new Handle(size, alignment);

    /// <exception cref="ObjectDisposedException">The block was freed.</exception>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return new((void*)_handle.DangerousGetHandle(), _handle.Size);
    }

    /// <exception cref="ObjectDisposedException">The block was freed.</exception>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_handle.Size, nameof(elementIndex));
        var isHeld = false;
        _handle.DangerousAddRef(ref isHeld);
        return new MemoryHandle((byte*)_handle.DangerousGetHandle() + elementIndex, pinnable: this);
    }

    public override void Unpin() => _handle.DangerousRelease();

    protected override void Dispose(bool disposing) => _handle.Dispose();

    private sealed class Handle : SafeHandle
    {
        public Handle(int size, int alignment)
            : base(0, ownsHandle: true)
        {
            Size = size;
            SetHandle((nint)NativeMemory.AlignedAlloc((nuint)size, (nuint)alignment));
            GC.AddMemoryPressure(size);
        }

        public int Size { get; }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            NativeMemory.AlignedFree((void*)handle);
            GC.RemoveMemoryPressure(Size);
            return true;
        }
    }
}
