using System.Runtime.InteropServices;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Batching;

/// <summary>Where keys and values stand: in blocks by layer, kind, head and token, in a batch's tensors by row, head
/// and token.</summary>
/// <param name="layers">Layers with a cache.</param>
/// <param name="heads">Heads of keys and values.</param>
/// <param name="headBytes">Bytes of a head's key or value of one token.</param>
/// <param name="blockLength">Tokens of a block.</param>
internal sealed class CacheLayout(int layers, int heads, int headBytes, int blockLength)
{
    /// <summary>Keys and values of all layers.</summary>
    public int Tensors => 2 * layers;

    /// <summary>Tokens of a block.</summary>
    public int BlockLength => blockLength;

    /// <summary>Bytes of a block.</summary>
    public int BlockBytes => Tensors * heads * blockLength * headBytes;

    /// <summary>Bytes of one of a batch's tensors.</summary>
    /// <param name="rows">B.</param>
    /// <param name="length">P.</param>
    public long TensorBytes(int rows, int length) => (long)rows * heads * length * headBytes;

    /// <summary>Copies tokens of one row from a batch's tensors to a block.</summary>
    /// <param name="tensors">Keys and values, (B, H, length, D).</param>
    /// <param name="length">Tokens of each row of the tensors, padding included.</param>
    /// <param name="row">From 0.</param>
    /// <param name="from">The first token's place in the row.</param>
    /// <param name="block">The block's memory.</param>
    /// <param name="to">The first token's place in the block.</param>
    /// <param name="count">Tokens.</param>
    public void Store(
        IReadOnlyList<TensorValue> tensors, int length, int row, int from, Span<byte> block, int to, int count)
    {
        for (var tensor = 0; tensor < Tensors; tensor++)
        {
            var source = tensors[tensor].Data.Span;
            for (var head = 0; head < heads; head++)
            {
                source.Slice(InTensor(row, head, from, length), count * headBytes)
                    .CopyTo(block[InBlock(tensor, head, to)..]);
            }
        }
    }

    /// <summary>Copies tokens from a block to one row of a batch's tensors.</summary>
    /// <inheritdoc cref="Store"/>
    /// <param name="to">The first token's place in the row.</param>
    /// <param name="from">The first token's place in the block.</param>
    public void Load(
        IReadOnlyList<TensorValue> tensors, int length, int row, int to, ReadOnlySpan<byte> block, int from, int count)
    {
        for (var tensor = 0; tensor < Tensors; tensor++)
        {
            var target = MemoryMarshal.AsMemory(tensors[tensor].Data).Span;
            for (var head = 0; head < heads; head++)
            {
                block.Slice(InBlock(tensor, head, from), count * headBytes)
                    .CopyTo(target[InTensor(row, head, to, length)..]);
            }
        }
    }

    /// <summary>Fills the places left of a row's tokens with zeros: what is masked must be finite.</summary>
    public void Clear(IReadOnlyList<TensorValue> tensors, int length, int row, int count)
    {
        for (var tensor = 0; tensor < Tensors && count > 0; tensor++)
        {
            var target = MemoryMarshal.AsMemory(tensors[tensor].Data).Span;
            for (var head = 0; head < heads; head++)
            {
                target.Slice(InTensor(row, head, 0, length), count * headBytes).Clear();
            }
        }
    }

    private int InTensor(int row, int head, int token, int length)
        => checked((((row * heads) + head) * length + token) * headBytes);

    private int InBlock(int tensor, int head, int token)
        => (((tensor * heads) + head) * blockLength + token) * headBytes;
}
