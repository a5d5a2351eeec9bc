namespace MaaS.Client.Resilience;

/// <summary>The servers of a client, and which of them is next.</summary>
internal sealed class EndpointPool(IEnumerable<Uri> addresses, TimeProvider time)
{
    private int _turn;

    public IReadOnlyList<Endpoint> Endpoints { get; } = [.. addresses.Select(static a => new Endpoint(a))];

    /// <summary>
    /// The endpoint with the fewest outstanding requests, in turns among equals, of the best class that there is:
    /// available and not tried by this request, then available, then not tried, then any. So where all look bad, all
    /// are tried.
    /// </summary>
    /// <param name="tried">Endpoints that failed this request, or have it.</param>
    /// <param name="excluded">Endpoints that are out of the question.</param>
    /// <returns>Null where all are excluded.</returns>
    public Endpoint? Pick(IReadOnlyCollection<Endpoint> tried, IReadOnlyCollection<Endpoint> excluded)
    {
        var first = (int)((uint)Interlocked.Increment(ref _turn) % (uint)Endpoints.Count);
        Endpoint? best = null;
        var bestRank = (int.MaxValue, int.MaxValue);
        for (var i = 0; i < Endpoints.Count; i++)
        {
            var endpoint = Endpoints[(first + i) % Endpoints.Count];
            if (excluded.Contains(endpoint))
            {
                continue;
            }

            var rank = (
                (endpoint.IsAvailable(time) ? 0 : 2) + (tried.Contains(endpoint) ? 1 : 0), endpoint.Outstanding);
            if (rank.CompareTo(bestRank) < 0)
            {
                (best, bestRank) = (endpoint, rank);
            }
        }

        return best;
    }

    /// <summary>Whether a further try could go to a server that is available and has not had the request.</summary>
    public bool HasFresh(IReadOnlyCollection<Endpoint> tried)
        => Endpoints.Any(e => e.IsAvailable(time) && !tried.Contains(e));
}
