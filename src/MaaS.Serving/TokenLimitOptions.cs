namespace MaaS.Serving;

/// <summary>
/// How many tokens a caller may have read and written, and how many texts written at once: for each key, user or,
/// without either, address.
/// </summary>
public sealed class TokenLimitOptions
{
    /// <summary>Most tokens a minute that a limit may name.</summary>
    public const long MaxTokensPerMinute = 1_000_000_000_000;

    /// <summary>Most texts at once that a limit may name.</summary>
    public const int MaxConcurrentStreams = 1_000_000;

    /// <summary>Tokens a minute, those of prompts and those of answers together; as many at once after a pause of a
    /// minute; 1 to <see cref="MaxTokensPerMinute"/>. Null for any number.</summary>
    public long? TokensPerMinute { get; set; }

    /// <summary>Texts of language models under way at once, 1 to <see cref="MaxConcurrentStreams"/>; null for any
    /// number.</summary>
    public int? ConcurrentStreams { get; set; }
}
