using System.Collections.Concurrent;

namespace MaaS.Gateway.Servers;

/// <summary>The servers that are known, and the choice of one for a request. Safe for many threads.</summary>
internal sealed class Fleet(TimeProvider clock)
{
    private readonly ConcurrentDictionary<ServerAddress, Server> _servers = [];

    /// <summary>All servers, by name.</summary>
    public IReadOnlyList<Server> Servers => [.. _servers.Values.OrderBy(static s => s.Name, StringComparer.Ordinal)];

    /// <summary>Takes over what sources found: what is gone is forgotten, what stays keeps its figures.</summary>
    public void Update(IReadOnlyCollection<ServerAddress> found)
    {
        foreach (var gone in _servers.Keys.Except(found).ToArray())
        {
            _servers.TryRemove(gone, out _);
        }

        foreach (var address in found)
        {
            _servers.TryAdd(address, new Server(address, clock));
        }
    }

    /// <summary>The server with the least to do of those that have a model; of a session always the same while it is
    /// there.</summary>
    /// <param name="model">Null where the request names none: any server will do.</param>
    /// <param name="version">Null for the server's choice.</param>
    /// <param name="grpc">Whether it is a call over gRPC.</param>
    /// <param name="session">What ties requests together; null for nothing.</param>
    /// <param name="tried">Servers that have failed this request.</param>
    public Server? Choose(
        string? model, string? version, bool grpc, string? session, IReadOnlyCollection<Server> tried)
    {
        var candidates = _servers.Values.Where(
            s => s.IsAvailable && (model is null || s.Has(model, version)) && (!grpc || s.TakesGrpc)
                && !tried.Contains(s)).ToArray();
        if (candidates.Length == 0)
        {
            return null;
        }

        if (session is not null)
        {
            // Rendezvous: when a server comes or goes, only its own sessions move.
            return candidates.MaxBy(s => StableHash.Of($"{session}\n{s.Name}"));
        }

        // Among equals by chance, so that two gateways do not all choose the first.
        var least = candidates.Min(static s => s.InFlight);
        var idle = Array.FindAll(candidates, s => s.InFlight <= least);
        return idle.Length > 0 ? idle[Random.Shared.Next(idle.Length)] : candidates[0];
    }

    /// <summary>Whether any server has a model, and the version where one is asked for, whether or not it takes
    /// requests now.</summary>
    public bool Knows(string model, string? version) => _servers.Values.Any(s => s.Has(model, version));
}
