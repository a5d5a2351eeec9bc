namespace MaaS.Gateway.Servers;

/// <summary>Knows where servers are.</summary>
internal interface IServerSource
{
    /// <summary>What it is called in messages.</summary>
    string Name { get; }

    /// <summary>The servers that there are now.</summary>
    /// <exception cref="Exception">It cannot say; what it said before is gone on with.</exception>
    Task<IReadOnlyList<ServerAddress>> FindAsync(CancellationToken cancellationToken);
}
