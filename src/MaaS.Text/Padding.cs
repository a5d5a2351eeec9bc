namespace MaaS.Text;

/// <summary>How encodings are filled up to one length.</summary>
public sealed record Padding
{
    /// <summary>None, whatever the tokenizer's own setting.</summary>
    public static Padding None { get; } = new() { MultipleOf = 0 };

    /// <summary>To the longest of a batch.</summary>
    public static Padding Longest { get; } = new();

    /// <summary>Tokens to fill up to; null for the longest of the batch. Longer encodings stay as they are.</summary>
    public int? Length { get; init; }

    /// <summary>Rounds the length up to a multiple of it.</summary>
    public int MultipleOf { get; init; } = 1;

    /// <summary>The end that is filled.</summary>
    public Side Side { get; init; }

    /// <summary>Id of the filling token; null for that of the tokenizer's own setting, of [PAD] or
    /// &lt;pad&gt;.</summary>
    public int? Id { get; init; }

    /// <summary>Type id of the filling.</summary>
    public int TypeId { get; init; }

    /// <summary>To a fixed length in tokens.</summary>
    public static Padding To(int length) => new() { Length = length };

    /// <summary>The length that a batch is filled up to.</summary>
    internal int Target(int longest)
    {
        var length = Length ?? longest;
        return MultipleOf <= 1
            ? length : (int)Math.Min(int.MaxValue, (length + (long)MultipleOf - 1) / MultipleOf * MultipleOf);
    }
}
