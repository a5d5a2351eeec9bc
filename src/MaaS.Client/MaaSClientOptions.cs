namespace MaaS.Client;

/// <summary>How a client talks to its server.</summary>
public sealed class MaaSClientOptions
{
    /// <summary>The server, as <c>http://127.0.0.1:8080</c>; null where the <see cref="HttpClient"/> has its own.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>Sent as <see cref="ApiKeyHeader"/>; null for none.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Header of the key. Default <c>X-Api-Key</c>.</summary>
    public string ApiKeyHeader { get; set; } = "X-Api-Key";

    /// <summary>Sent as <c>Authorization: Bearer</c>; null for none.</summary>
    public string? BearerToken { get; set; }

    /// <summary>Whether tensors travel as JSON, for servers without the binary tensor extension. Default false.</summary>
    public bool UseJson { get; set; }

    /// <summary>Longest time for one try; null for no limit. Default 60 s.</summary>
    public TimeSpan? Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Further tries where one is safe: the server was not reached, or said 429 or 503. Default 3; 0 for none. An inference
    /// changes nothing on the server, so it is tried again as well after 502, 504 and a broken connection.
    /// </summary>
    public int MaxRetries { get; set; } = 3;

    /// <summary>Wait before the first further try; it doubles from try to try, with jitter, unless the server says <c>Retry-After</c>. Default 0.2 s.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(0.2);

    /// <summary>Longest wait for <c>Retry-After</c>; a server that asks for more is not tried again. Default 10 s.</summary>
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    internal void ThrowIfFaulty()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxRetries);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRetryAfter, TimeSpan.Zero);
        ArgumentException.ThrowIfNullOrEmpty(ApiKeyHeader);
        if (Timeout is { } timeout)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero, nameof(Timeout));
        }
    }
}
