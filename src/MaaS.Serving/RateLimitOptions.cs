namespace MaaS.Serving;

/// <summary>
/// How many requests a caller may send: a token bucket for each key, user or, without either, address.
/// </summary>
public sealed class RateLimitOptions
{
    /// <summary>Most requests a second that a limit may name.</summary>
    public const double MaxRequestsPerSecond = 1_000_000;

    /// <summary>Requests a second in the long run, above 0 to <see cref="MaxRequestsPerSecond"/>.</summary>
    public double RequestsPerSecond { get; set; }

    /// <summary>Requests at once; 0 for two seconds' worth.</summary>
    public int Burst { get; set; }
}
