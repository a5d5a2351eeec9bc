namespace MaaS.Gateway.Servers;

/// <summary>A server as the gateway knows it. Safe for many threads.</summary>
internal sealed class Server(ServerAddress address, TimeProvider clock)
{
    // A first failure may be the server's last word, so the pause begins short and doubles.
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly long[] _latencies = new long[512];
    private volatile IReadOnlySet<ServerModel> _models = new HashSet<ServerModel>();
    private volatile bool _ready;
    private volatile string _state = "unknown";
    private long _inFlight, _requests, _failures, _recorded;
    private int _failuresInARow;
    private long _pausedUntil = long.MinValue;

    public ServerAddress Address { get; } = address;

    public string Name { get; } = address.Url.GetLeftPart(UriPartial.Authority);

    public IReadOnlySet<ServerModel> Models => _models;

    /// <summary>What the last probe found, in a word or a sentence.</summary>
    public string State => IsPaused ? $"left out after failures, {_state}" : _state;

    public long InFlight => Interlocked.Read(ref _inFlight);

    public long Requests => Interlocked.Read(ref _requests);

    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Whether requests may go there.</summary>
    public bool IsAvailable => _ready && !IsPaused;

    private bool IsPaused => clock.GetTimestamp() < Interlocked.Read(ref _pausedUntil);

    /// <summary>Whether calls over gRPC may go there: without TLS they need an address of their own.</summary>
    public bool TakesGrpc => Address.GrpcUrl is not null || Address.Url.Scheme is "https";

    /// <summary>Notes what a probe found.</summary>
    public void Probed(bool ready, string state, IReadOnlySet<ServerModel>? models)
    {
        _models = models ?? _models;
        (_ready, _state) = (ready, state);
    }

    public bool Has(string model, string? version)
        => version is null ? _models.Any(m => m.Name == model) : _models.Contains(new ServerModel(model, version));

    public bool HasAdapter(string model, string adapter)
        => _models.Any(m => m.Name == model && m.Adapter == adapter);

    public void Begin() => Interlocked.Increment(ref _inFlight);

    /// <summary>Notes how a request went.</summary>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="outcome">What it says of the server.</param>
    public void End(TimeSpan elapsed, RequestOutcome outcome)
    {
        Interlocked.Decrement(ref _inFlight);
        if (outcome == RequestOutcome.Unknown)
        {
            return;
        }

        Interlocked.Increment(ref _requests);
        lock (_lock)
        {
            if (outcome == RequestOutcome.Answered)
            {
                _failuresInARow = 0;
                _latencies[_recorded++ % _latencies.Length] = elapsed.Ticks;
                return;
            }

            Interlocked.Increment(ref _failures);
            if (IsPaused)
            {
                return;   // One fault of a server is the end of all that were under way there.
            }

            var pause = FirstPause * Math.Pow(2, Math.Min(_failuresInARow++, 10));
            pause = pause < LongestPause ? pause : LongestPause;
            Interlocked.Exchange(
                ref _pausedUntil,
                clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency));
        }
    }

    /// <summary>Median and 99th percentile of the last requests, in milliseconds; null before the first.</summary>
    public (double Median, double P99)? Latency()
    {
        long[] sorted;
        lock (_lock)
        {
            sorted = [.. _latencies.Take((int)Math.Min(_recorded, _latencies.Length)).Order()];
        }

        return sorted.Length == 0 ? null
            : (Milliseconds(sorted[sorted.Length / 2]), Milliseconds(sorted[sorted.Length * 99 / 100]));
    }

    private static double Milliseconds(long ticks) => ticks / (double)TimeSpan.TicksPerMillisecond;
}
