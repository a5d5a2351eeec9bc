namespace MaaS.Text;

/// <summary>Encodings of one length as the matrices that BERT-like networks take, row by row.</summary>
public sealed class TokenBatch
{
    private TokenBatch(int rows, int columns)
    {
        (Rows, Columns) = (rows, columns);
        (Ids, TypeIds, AttentionMask) = (new long[rows * columns], new long[rows * columns], new long[rows * columns]);
    }

    /// <summary>Encodings.</summary>
    public int Rows { get; }

    /// <summary>Tokens of each.</summary>
    public int Columns { get; }

    /// <summary>Token ids, (Rows, Columns), row-major.</summary>
    public long[] Ids { get; }

    /// <summary>Which of two texts each token belongs to, (Rows, Columns), row-major.</summary>
    public long[] TypeIds { get; }

    /// <summary>1 for tokens, 0 for padding, (Rows, Columns), row-major.</summary>
    public long[] AttentionMask { get; }

    /// <summary>Lays encodings one below the other.</summary>
    /// <exception cref="ArgumentException">They differ in length.</exception>
    public static TokenBatch From(IReadOnlyList<TokenEncoding> encodings)
    {
        ArgumentNullException.ThrowIfNull(encodings);
        var batch = new TokenBatch(encodings.Count, encodings.Count == 0 ? 0 : encodings[0].Length);
        for (var row = 0; row < batch.Rows; row++)
        {
            var encoding = encodings[row];
            if (encoding.Length != batch.Columns)
            {
                throw new ArgumentException(
                    $"TokenBatch: expected encodings of one length, got {batch.Columns} and {encoding.Length} (row "
                        + $"{row}); encode with Padding.Longest.", nameof(encodings));
            }

            var start = row * batch.Columns;
            for (var i = 0; i < batch.Columns; i++)
            {
                batch.Ids[start + i] = encoding.Ids[i];
                batch.TypeIds[start + i] = encoding.TypeIds[i];
                batch.AttentionMask[start + i] = encoding.AttentionMask[i];
            }
        }

        return batch;
    }
}
