namespace MaaS.Core.Generation.Batching;

/// <summary>What a block holds: its tokens and everything before them, which decides their keys and values.</summary>
/// <param name="Before">Stands for the blocks before it.</param>
/// <param name="Tokens">Those of the block.</param>
internal readonly record struct BlockContent(long Before, long[] Tokens)
{
    /// <inheritdoc/>
    public bool Equals(BlockContent other) => Before == other.Before && Tokens.AsSpan().SequenceEqual(other.Tokens);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Before);
        foreach (var token in Tokens)
        {
            hash.Add(token);
        }

        return hash.ToHashCode();
    }
}
