using Polly;

namespace MaaS.Client.Resilience;

/// <summary>One server: how many requests it has, and whether it should get more.</summary>
internal sealed class Endpoint(Uri address)
{
    private int _outstanding;
    private volatile bool _isReady = true;
    private long _brokenUntil = long.MinValue;

    /// <summary>The server.</summary>
    public Uri Address { get; } = address;

    /// <summary>Circuit breaker and time limit of a call.</summary>
    public ResiliencePipeline<object> Pipeline { get; set; } = ResiliencePipeline<object>.Empty;

    /// <summary>Requests under way.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>What the last probe said, unless a request failed since.</summary>
    public bool IsReady => _isReady;

    /// <summary>A request begins.</summary>
    public void Enter() => Interlocked.Increment(ref _outstanding);

    /// <summary>A request ends.</summary>
    public void Exit() => Interlocked.Decrement(ref _outstanding);

    /// <summary>Whether requests should go here.</summary>
    public bool IsAvailable(TimeProvider time)
        => _isReady && time.GetUtcNow().UtcTicks >= Volatile.Read(ref _brokenUntil);

    /// <summary>Takes a server out or in; true where that is a change.</summary>
    public bool SetReady(bool isReady)
    {
        var changes = _isReady != isReady;
        _isReady = isReady;
        return changes;
    }

    /// <summary>The circuit is open until then.</summary>
    public void Break(DateTimeOffset until) => Volatile.Write(ref _brokenUntil, until.UtcTicks);

    /// <summary>The circuit is closed.</summary>
    public void Mend() => Volatile.Write(ref _brokenUntil, long.MinValue);
}
