namespace MaaS.Core.Packages;

/// <summary>Rows of tokens in batches of about one length: padding is computed like any token.</summary>
public static class LengthBatches
{
    /// <summary>Cuts rows into batches, the shortest rows first.</summary>
    /// <param name="lengths">Tokens of each row.</param>
    /// <param name="tokens">Most tokens of a batch, padding among them; a longer row is a batch of its own.</param>
    /// <param name="rows">Most rows of a batch, at least 1.</param>
    /// <returns>Indices of the rows; each comes once.</returns>
    public static IEnumerable<int[]> Of(IReadOnlyList<int> lengths, int tokens, int rows = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return Cut(lengths, tokens, rows);
    }

    private static IEnumerable<int[]> Cut(IReadOnlyList<int> lengths, int tokens, int rows)
    {
        List<int> batch = [];
        foreach (var row in Enumerable.Range(0, lengths.Count).OrderBy(i => lengths[i]))
        {
            if (batch.Count > 0 && (batch.Count == rows || (batch.Count + 1L) * lengths[row] > tokens))
            {
                yield return [.. batch];
                batch.Clear();
            }

            batch.Add(row);
        }

        if (batch.Count > 0)
        {
            yield return [.. batch];
        }
    }
}
