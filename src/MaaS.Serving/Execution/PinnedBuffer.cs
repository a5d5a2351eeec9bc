using System.Numerics;
using System.Runtime.InteropServices;

namespace MaaS.Serving.Execution;

/// <summary>
/// A block of pooled memory that never moves and starts at a multiple of <see cref="Alignment"/> bytes, so that ONNX
/// Runtime reads it in place. Not zeroed. <see cref="Dispose"/> gives it back, once.
/// </summary>
internal sealed class PinnedBuffer : IDisposable
{
    /// <summary>Bytes: a cache line, and the widest vector register.</summary>
    public const int Alignment = 64;

    private const int SmallestShift = 12, LargestShift = 26; // 4 KiB to 64 MiB; larger blocks are not kept.
    private const int KeptBytesPerSize = 1 << 25;

    private static readonly Shelf[] Shelves =
        [.. Enumerable.Range(SmallestShift, LargestShift - SmallestShift + 1).Select(s => new Shelf(1 << s))];

    private Block? _block;

    private PinnedBuffer(Block block) => _block = block;

    /// <summary>All of its bytes; at least as many as were asked for.</summary>
    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public Memory<byte> Memory => (_block ?? throw new ObjectDisposedException(nameof(PinnedBuffer))).Memory;

    /// <inheritdoc cref="Memory"/>
    public Span<byte> Span => Memory.Span;

    /// <summary>Takes a block of at least so many bytes.</summary>
    public static PinnedBuffer Rent(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        LargeMemory.Count(bytes);
        var shelf = Math.Max(0, BitOperations.Log2((uint)Math.Max(bytes, 1) - 1 | 1) + 1 - SmallestShift);
        return new PinnedBuffer(shelf < Shelves.Length ? Shelves[shelf].Take() : new Block(bytes));
    }

    /// <summary>Frees the blocks that nobody uses.</summary>
    public static void Trim()
    {
        foreach (var shelf in Shelves)
        {
            shelf.Clear();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _block, null) is { } block)
        {
            var shelf = BitOperations.Log2((uint)block.Memory.Length) - SmallestShift;
            if (shelf < 0 || shelf >= Shelves.Length || !Shelves[shelf].TryPut(block))
            {
                block.Dispose();
            }
        }
    }

    private sealed class Block : IDisposable
    {
        // Freed pinned arrays leave holes in their heap that the system does not get back: 100 MiB after four bodies of
        // 20.
        private const int SmallestNative = 1 << 16;

        private readonly NativeBlock? _native;

        public Block(int size)
        {
            if (size >= SmallestNative)
            {
                _native = new NativeBlock(size, Alignment);
                Memory = _native.Memory;
                return;
            }

            var array = GC.AllocateUninitializedArray<byte>(checked(size + Alignment), pinned: true);
            var start = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) & (Alignment - 1));
            Memory = MemoryMarshal.CreateFromPinnedArray(array, start, size);
        }

        public Memory<byte> Memory { get; }

        /// <summary>Gives its memory back, if need be when the runs that read it have ended.</summary>
        public void Dispose() => (_native as IDisposable)?.Dispose();
    }

    /// <summary>Blocks of one size that nobody uses.</summary>
    private sealed class Shelf(int size)
    {
        private readonly Lock _lock = new();
        private readonly Block[] _blocks = new Block[Math.Clamp(KeptBytesPerSize / size, 1, 256)];
        private int _count;

        public void Clear()
        {
            lock (_lock)
            {
                foreach (var block in _blocks.AsSpan(0, _count))
                {
                    block.Dispose();
                }

                _blocks.AsSpan().Clear();
                _count = 0;
            }
        }

        public Block Take()
        {
            lock (_lock)
            {
                if (_count > 0)
                {
                    return _blocks[--_count];
                }
            }

            return new Block(size);
        }

        /// <summary>Keeps a block for the next that asks; false where it is of another size or there are
        /// enough.</summary>
        public bool TryPut(Block block)
        {
            lock (_lock)
            {
                if (block.Memory.Length != size || _count == _blocks.Length)
                {
                    return false;
                }

                _blocks[_count++] = block;
                return true;
            }
        }
    }
}
