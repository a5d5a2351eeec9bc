namespace MaaS.Text;

/// <summary>How long an encoding may be.</summary>
/// <param name="MaxLength">Tokens with special ones.</param>
public sealed record Truncation(int MaxLength)
{
    /// <summary>No limit, whatever the tokenizer's own setting.</summary>
    public static Truncation None { get; } = new(int.MaxValue);

    /// <summary>Which of two texts is cut.</summary>
    public TruncationStrategy Strategy { get; init; }

    /// <summary>Tokens by which parts that were cut off overlap with the part before; less than fit into one
    /// part.</summary>
    public int Stride { get; init; }

    /// <summary>The end that is cut.</summary>
    public Side Side { get; init; }
}
