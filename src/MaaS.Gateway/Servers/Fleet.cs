namespace MaaS.Gateway.Servers;

/// <summary>The servers that are known, and the choice of one for a request. Safe for many threads, of which one
/// updates.</summary>
internal sealed class Fleet(TimeProvider clock)
{
    private volatile Server[] _servers = [];

    /// <summary>All servers, by name.</summary>
    public IReadOnlyList<Server> Servers => _servers;

    /// <summary>Takes over what sources found: what is gone is forgotten, what stays keeps its figures.</summary>
    public void Update(IReadOnlyCollection<ServerAddress> found)
    {
        var known = _servers.ToDictionary(static s => s.Address);
        _servers =
        [
            .. found.Select(a => known.GetValueOrDefault(a) ?? new Server(a, clock))
                .OrderBy(static s => s.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The server with the least to do of those that have a model; of a session always the same while it is
    /// there.</summary>
    /// <param name="model">Null where the request names none: any server will do.</param>
    /// <param name="version">Null for the server's choice.</param>
    /// <param name="adapter">One of the model's adapters; null for the model alone. Where no server says that it has it,
    /// as before the model is loaded, any that has the model will do.</param>
    /// <param name="grpc">Whether it is a call over gRPC.</param>
    /// <param name="session">What ties requests together; null for nothing.</param>
    /// <param name="tried">Servers that have failed this request.</param>
    public Server? Choose(
        string? model, string? version, string? adapter, bool grpc, string? session,
        IReadOnlyCollection<Server> tried)
    {
        var servers = _servers;
        if (model is not null && adapter is not null && Array.FindAll(
            servers, s => s.HasAdapter(model, adapter)) is { Length: > 0 } adapted)
        {
            servers = adapted;
        }

        var candidates = Array.FindAll(
            servers, s => s.IsAvailable && (model is null || s.Has(model, version)) && (!grpc || s.TakesGrpc)
                && !tried.Contains(s));
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
        var loads = Array.ConvertAll(candidates, static s => s.InFlight);
        var least = loads.Min();
        var chosen = Random.Shared.Next(loads.Count(l => l == least));
        for (var i = 0; ; i++)
        {
            if (loads[i] == least && chosen-- == 0)
            {
                return candidates[i];
            }
        }
    }

    /// <summary>Whether any server has a model, and the version where one is asked for, whether or not it takes
    /// requests now.</summary>
    public bool Knows(string model, string? version) => Array.Exists(_servers, s => s.Has(model, version));
}
