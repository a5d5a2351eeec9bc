using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace MaaS.Core.Generation.Batching;

/// <summary>Memory for keys and values in blocks of a fixed number of tokens. Full blocks are found again by what they
/// hold, so that texts with the same beginning share them; those that nobody uses are taken again, the one longest
/// unused first. For one thread.</summary>
/// <param name="blockBytes">Bytes of a block.</param>
/// <param name="capacity">Most blocks; each is allocated when it is first needed.</param>
/// <remarks>Kwon et al. 2023: Efficient memory management for large language model serving with
/// PagedAttention.</remarks>
internal sealed unsafe class BlockPool(int blockBytes, int capacity) : IDisposable
{
    private readonly List<Block> _blocks = [];
    private readonly Stack<int> _free = new();
    private readonly LinkedList<int> _idle = new();
    private readonly Dictionary<BlockContent, int> _byContent = [];
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private long _contents;

    /// <summary>Most blocks.</summary>
    public int Capacity => capacity;

    /// <summary>Blocks that some text uses.</summary>
    public int Used => _blocks.Count - _free.Count - _idle.Count;

    /// <summary>Blocks that no text uses and that are kept for what they hold.</summary>
    public int Idle => _idle.Count;

    /// <summary>Blocks that can be taken.</summary>
    public int Available => capacity - Used;

    /// <summary>What texts of one group begin with: only they share blocks. A group costs no memory; its number, below
    /// those of contents, cannot be foretold.</summary>
    /// <param name="group">Null for all that name none.</param>
    public long Root(string? group)
        => group is null ? 0
            : BitConverter.ToInt64(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(group))) | long.MinValue;

    /// <summary>Takes a block, whose content is anything.</summary>
    /// <returns>Its number; −1 where all are in use.</returns>
    public int Take()
    {
        if (_free.TryPop(out var number))
        {
            _blocks[number].Users = 1;
            return number;
        }

        if (_blocks.Count < capacity)
        {
            _blocks.Add(new Block((nint)NativeMemory.AlignedAlloc((nuint)blockBytes, 64)) { Users = 1 });
            return _blocks.Count - 1;
        }

        if (_idle.First is not { } oldest)
        {
            return -1;
        }

        _idle.RemoveFirst();
        var block = _blocks[oldest.Value];
        _byContent.Remove(block.Content!.Value);
        (block.Content, block.Node, block.Users) = (null, null, 1);
        return oldest.Value;
    }

    /// <summary>A block's memory.</summary>
    public Span<byte> Memory(int number) => new((void*)_blocks[number].Address, blockBytes);

    /// <summary>Takes the block that follows others and holds given tokens.</summary>
    /// <param name="before">What stands before: a root, or what <see cref="Keep"/> gave.</param>
    /// <param name="tokens">A whole block of them.</param>
    /// <param name="content">What stands before the block after it.</param>
    /// <returns>Its number; −1 where there is none.</returns>
    public int Find(long before, ReadOnlySpan<long> tokens, out long content)
    {
        if (!_byContent.TryGetValue(new BlockContent(before, tokens.ToArray()), out var number))
        {
            content = 0;
            return -1;
        }

        var block = _blocks[number];
        if (block.Node is { } node)
        {
            _idle.Remove(node);
            block.Node = null;
        }

        block.Users++;
        content = block.Id;
        return number;
    }

    /// <summary>Makes a full block findable.</summary>
    /// <param name="number">The block.</param>
    /// <param name="before">As in <see cref="Find"/>.</param>
    /// <param name="tokens">What it holds.</param>
    /// <returns>What stands before the block after it.</returns>
    public long Keep(int number, long before, ReadOnlySpan<long> tokens)
    {
        var content = new BlockContent(before, tokens.ToArray());
        if (_byContent.TryGetValue(content, out var same))
        {
            return _blocks[same].Id;
        }

        var block = _blocks[number];
        (block.Content, block.Id) = (content, ++_contents);
        _byContent.Add(content, number);
        return block.Id;
    }

    /// <summary>Gives a block back.</summary>
    public void Release(int number)
    {
        var block = _blocks[number];
        if (--block.Users > 0)
        {
            return;
        }

        if (block.Content is null)
        {
            _free.Push(number);
        }
        else
        {
            block.Node = _idle.AddLast(number);
        }
    }

    /// <summary>Frees all memory.</summary>
    public void Dispose()
    {
        foreach (var block in _blocks)
        {
            NativeMemory.AlignedFree((void*)block.Address);
        }

        _blocks.Clear();
    }

    private sealed class Block(nint address)
    {
        public nint Address => address;

        public int Users { get; set; }

        public BlockContent? Content { get; set; }

        public long Id { get; set; }

        public LinkedListNode<int>? Node { get; set; }
    }
}
