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
    private const int LargeShift = 14;
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
        var shelf = Math.Max(0, BitOperations.Log2((uint)Math.Max(bytes, 1) - 1 | 1) + 1 - SmallestShift);
        return new PinnedBuffer(shelf < Shelves.Length ? Shelves[shelf].Take() : new Block(bytes));
    }

    /// <summary>How often a block was taken that is larger than those of short answers, probes among them.</summary>
    public static long LargeUses => Shelves.Skip(LargeShift - SmallestShift).Sum(s => s.Uses);

    /// <summary>Forgets the blocks that nobody uses.</summary>
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
            if (shelf < Shelves.Length && shelf >= 0)
            {
                Shelves[shelf].Put(block);
            }
        }
    }

    private sealed class Block
    {
        public Block(int size)
        {
            var array = GC.AllocateUninitializedArray<byte>(checked(size + Alignment), pinned: true);
            var start = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) & (Alignment - 1));
            Memory = MemoryMarshal.CreateFromPinnedArray(array, start, size);
        }

        public Memory<byte> Memory { get; }
    }

    /// <summary>Blocks of one size that nobody uses.</summary>
    private sealed class Shelf(int size)
    {
        private readonly Lock _lock = new();
        private readonly Block[] _blocks = new Block[Math.Clamp(KeptBytesPerSize / size, 1, 256)];
        private int _count;
        private long _uses;

        public long Uses
        {
            get
            {
                lock (_lock)
                {
                    return _uses;
                }
            }
        }

        public void Clear()
        {
            lock (_lock)
            {
                _blocks.AsSpan().Clear();
                _count = 0;
            }
        }

        public Block Take()
        {
            lock (_lock)
            {
                _uses++;
                if (_count > 0)
                {
                    return _blocks[--_count];
                }
            }

            return new Block(size);
        }

        public void Put(Block block)
        {
            lock (_lock)
            {
                if (block.Memory.Length == size && _count < _blocks.Length)
                {
                    _blocks[_count++] = block;
                }
            }
        }
    }
}
