using System.Runtime.InteropServices;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Batching;

/// <summary>Keys and values of texts in the blocks of a pool.</summary>
/// <param name="layout">Sizes.</param>
/// <param name="pool">The blocks.</param>
internal sealed class SequenceCache(CacheLayout layout, BlockPool pool)
{
    /// <summary>Blocks of so many tokens.</summary>
    public int BlocksOf(int tokens) => (tokens + layout.BlockLength - 1) / layout.BlockLength;

    /// <summary>Gives a text the blocks that are there for its first tokens; its last token is always left to be
    /// computed.</summary>
    /// <param name="sequence">Without blocks.</param>
    /// <param name="group">Whose blocks it may share; null for everybody's.</param>
    /// <param name="findsBlocks">Whether it may share any.</param>
    public void Begin(Sequence sequence, string? group, bool findsBlocks)
    {
        sequence.Content = pool.Root(group);
        var tokens = CollectionsMarshal.AsSpan(sequence.Tokens);
        while (findsBlocks && sequence.Computed + layout.BlockLength < tokens.Length)
        {
            var block = pool.Find(
                sequence.Content, tokens.Slice(sequence.Computed, layout.BlockLength), out var content);
            if (block < 0)
            {
                break;
            }

            sequence.Blocks.Add(block);
            sequence.Computed += layout.BlockLength;
            sequence.Content = content;
        }

        sequence.CachedTokens ??= sequence.Computed;
    }

    /// <summary>Takes the blocks that a text's next tokens need.</summary>
    /// <returns>Whether there were enough; those that were there are the text's.</returns>
    public bool Reserve(Sequence sequence, int count)
    {
        var needed = BlocksOf(sequence.Computed + count);
        while (sequence.Blocks.Count < needed)
        {
            var block = pool.Take();
            if (block < 0)
            {
                return false;
            }

            sequence.Blocks.Add(block);
        }

        return true;
    }

    /// <summary>Keeps keys and values of a text's tokens that were just computed.</summary>
    /// <param name="sequence">Has the blocks for them.</param>
    /// <param name="count">How many.</param>
    /// <param name="tensors">What the model gave.</param>
    /// <param name="length">Tokens of each row of the tensors, padding included.</param>
    /// <param name="row">The text's row.</param>
    /// <param name="from">The first one's place in the row.</param>
    public void Store(
        Sequence sequence, int count, IReadOnlyList<TensorValue> tensors, int length, int row, int from)
    {
        while (count > 0)
        {
            var (block, place) = Math.DivRem(sequence.Computed, layout.BlockLength);
            var run = Math.Min(count, layout.BlockLength - place);
            layout.Store(tensors, length, row, from, pool.Memory(sequence.Blocks[block]), place, run);
            sequence.Computed += run;
            if (place + run == layout.BlockLength)
            {
                var tokens = CollectionsMarshal.AsSpan(sequence.Tokens)
                    .Slice(block * layout.BlockLength, layout.BlockLength);
                sequence.Content = pool.Keep(sequence.Blocks[block], sequence.Content, tokens);
            }

            (from, count) = (from + run, count - run);
        }
    }

    /// <summary>Writes keys and values of a text's computed tokens to the right end of a row, zeros left of
    /// them.</summary>
    public void Load(Sequence sequence, IReadOnlyList<TensorValue> tensors, int length, int row)
    {
        var padding = length - sequence.Computed;
        layout.Clear(tensors, length, row, padding);
        for (var done = 0; done < sequence.Computed; done += layout.BlockLength)
        {
            layout.Load(
                tensors, length, row, padding + done, pool.Memory(sequence.Blocks[done / layout.BlockLength]), 0,
                Math.Min(layout.BlockLength, sequence.Computed - done));
        }
    }

    /// <summary>Gives a text's blocks back; its tokens are to be computed again where it goes on.</summary>
    public void Release(Sequence sequence)
    {
        // The last first, so that beginnings, which others may share, are kept longest.
        for (var i = sequence.Blocks.Count - 1; i >= 0; i--)
        {
            pool.Release(sequence.Blocks[i]);
        }

        sequence.Blocks.Clear();
        sequence.Computed = 0;
    }
}
