namespace MaaS.Client;

/// <summary>Which servers a client talks to, and how. All faults are named at once when the client is made.</summary>
public sealed class MaaSClientOptions
{
    internal static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    /// <summary>
    /// The servers, as <c>http://10.0.0.1:8080</c>, all with the same models; may have a path. Empty where the
    /// <see cref="HttpClient"/> has a base address.
    /// </summary>
    public IList<Uri> Addresses { get; } = [];

    /// <summary>
    /// The servers' gRPC ports where they differ from <see cref="Addresses"/>, as without TLS; without paths. Used with
    /// <see cref="Transport.Grpc"/> alone.
    /// </summary>
    public IList<Uri> GrpcAddresses { get; } = [];

    /// <summary>How tensors travel. Default <see cref="Transport.Rest"/>. Classification, generation and predict are
    /// REST always.</summary>
    public Transport Transport { get; set; }

    /// <summary>Sent as <see cref="ApiKeyHeader"/>; null for none.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Header of the key. Default <c>X-Api-Key</c>.</summary>
    public string ApiKeyHeader { get; set; } = "X-Api-Key";

    /// <summary>Sent as <c>Authorization: Bearer</c>; null for none.</summary>
    public string? BearerToken { get; set; }

    /// <summary>Gives the token for each try, for tokens that expire; null for <see cref="BearerToken"/>.</summary>
    public Func<CancellationToken, ValueTask<string>>? BearerTokenProvider { get; set; }

    /// <summary>PEM file of the certificate that the client shows, with its chain; null for none.</summary>
    public string? ClientCertificateFile { get; set; }

    /// <summary>PEM file of that certificate's key; null where <see cref="ClientCertificateFile"/> has it.</summary>
    public string? ClientKeyFile { get; set; }

    /// <summary>PEM file of the authorities that may have issued the servers' certificates; null for the machine's own
    /// list.</summary>
    public string? ServerAuthorityFile { get; set; }

    /// <summary>Longest time for one try; null for no limit. Default 60 s.</summary>
    public TimeSpan? Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest time for a request with all of its tries, waits and servers; null, the default, for no
    /// limit.</summary>
    public TimeSpan? TotalTimeout { get; set; }

    /// <summary>
    /// Further tries where one is safe: the server was not reached, or said 429 or 503. Default 3; 0 for none. An
    /// inference changes nothing on the server, so it is tried again as well after 502, 504, a timeout and a broken
    /// connection. A further try goes to another address where there is one.
    /// </summary>
    public int MaxRetries { get; set; } = 3;

    /// <summary>
    /// Wait before the first further try; it doubles from try to try, with jitter, unless the server says
    /// <c>Retry-After</c>. Default 0.2 s. There is no wait where a server failed and another one is available.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(0.2);

    /// <summary>Longest wait for <c>Retry-After</c>; a server that asks for more is not tried again, another one is.
    /// Default 10 s.</summary>
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Hedging: an inference without an answer for so long goes to a second address as well, the first answer counts
    /// and the other call is cancelled. Null, the default, for none. A good value is the time that 95 % of the answers
    /// need: a call that had this long and was overtaken counts as a failure for <see cref="CircuitBreak"/>. At 0 both
    /// begin at once and being overtaken counts for nothing.
    /// </summary>
    public TimeSpan? HedgingDelay { get; set; }

    /// <summary>Most further calls of a hedged request at once, 1 to 10. Default 1.</summary>
    public int MaxHedges { get; set; } = 1;

    /// <summary>
    /// How often the readiness of each of several servers is asked for; null for never. Default 5 s. One that is not
    /// ready, or was not reached by a request, gets no further ones until it is ready, as long as another is.
    /// </summary>
    public TimeSpan? ProbeInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time for such a probe. Default 2 s.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// For how long an address gets no requests once its circuit is open; 0.5 s or more; null for no circuit breaker.
    /// Default 5 s. Broken connections, timeouts, 502, 503, 504 and calls that
    /// <see cref="HedgingDelay"/> let another overtake count as failures.
    /// </summary>
    public TimeSpan? CircuitBreak { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Share of failures that opens a circuit, above 0 to 1. Default 0.5.</summary>
    public double CircuitFailureRatio { get; set; } = 0.5;

    /// <summary>Requests within <see cref="CircuitWindow"/> below which a circuit stays closed, 2 or more. Default
    /// 10.</summary>
    public int CircuitMinimumRequests { get; set; } = 10;

    /// <summary>Time over which failures are counted, 0.5 s or more. Default 30 s.</summary>
    public TimeSpan CircuitWindow { get; set; } = TimeSpan.FromSeconds(30);
}
