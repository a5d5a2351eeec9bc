namespace MaaS.Serving;

/// <summary>
/// How many tokens a caller may have read and written, and how many texts written at once: for each key, user or,
/// without either, address.
/// </summary>
public sealed class TokenLimitOptions
{
    /// <summary>Tokens a minute, those of prompts and those of answers together; as many at once after a pause of a
    /// minute. Null for any number.</summary>
    public long? TokensPerMinute { get; set; }

    /// <summary>Texts of language models under way at once; null for any number.</summary>
    public int? ConcurrentStreams { get; set; }
}
