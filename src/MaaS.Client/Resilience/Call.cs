namespace MaaS.Client.Resilience;

/// <summary>One request of the caller: how it is sent, and where it went so far.</summary>
/// <param name="Send">Sends it to an endpoint.</param>
/// <param name="Only">The one endpoint that is meant; null for whichever is best.</param>
/// <param name="IsHedged">Whether it may go to several endpoints at once.</param>
/// <param name="Caller">The caller's token.</param>
internal sealed record Call(
    Func<Endpoint, CancellationToken, Task<object>> Send, Endpoint? Only, bool IsHedged, CancellationToken Caller)
{
    private readonly Lock _lock = new();
    private readonly List<Endpoint> _tried = [];

    /// <summary>The address that was tried last; null before the first.</summary>
    public Uri? LastAddress
    {
        get
        {
            lock (_lock)
            {
                return _tried.LastOrDefault()?.Address;
            }
        }
    }

    /// <summary>Takes the next endpoint, on which a request begins.</summary>
    /// <param name="pool">The servers.</param>
    /// <param name="excluded">Endpoints whose circuit is open.</param>
    /// <returns>Null where all are excluded.</returns>
    public Endpoint? Take(EndpointPool pool, IReadOnlyCollection<Endpoint> excluded)
    {
        lock (_lock)
        {
            var endpoint = Only is { } only ? (excluded.Count == 0 ? only : null) : pool.Pick(_tried, excluded);
            if (endpoint is not null)
            {
                _tried.Add(endpoint);
                endpoint.Enter();
            }

            return endpoint;
        }
    }

    /// <summary>Whether a further try would go to a server that is available and has not had the request.</summary>
    public bool HasFresh(EndpointPool pool)
    {
        lock (_lock)
        {
            return Only is null && pool.HasFresh(_tried);
        }
    }
}
