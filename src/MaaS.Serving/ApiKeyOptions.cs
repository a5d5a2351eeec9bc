namespace MaaS.Serving;

/// <summary>An API key as it is stored: the key itself is shown once, when it is made, and kept nowhere.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>The part of the key that names it: 12 hexadecimal digits.</summary>
    public string Id { get; set; } = "";

    /// <summary>Who holds it, in logs, in the audit log and where downloads are granted; 1 to 128 characters that do
    /// not begin with <c>token:</c>, <c>certificate:</c> or <c>user:</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the whole key, 64 hexadecimal digits.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>Names among <c>predict</c>, <c>read</c>, <c>admin</c> and <c>publish</c>.</summary>
    public IList<string> Scopes { get; set; } = [];

    /// <summary>Models that it opens; none or <c>*</c> for all.</summary>
    public IList<string> Models { get; set; } = [];

    /// <summary>When it ceases to work; null for never.</summary>
    public DateTimeOffset? Expires { get; set; }

    /// <summary>Requests a second that its holder may send; null for the server's limit.</summary>
    public double? RequestsPerSecond { get; set; }

    /// <summary>Tokens a minute that its holder may have read and written; null for the server's limit.</summary>
    public long? TokensPerMinute { get; set; }

    /// <summary>Texts of language models that its holder may have under way at once; null for the server's
    /// limit.</summary>
    public int? ConcurrentStreams { get; set; }
}
