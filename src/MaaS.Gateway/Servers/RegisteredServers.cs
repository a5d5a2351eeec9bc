using MaaS.Registry.Fleet;

namespace MaaS.Gateway.Servers;

/// <summary>Servers that announce themselves in a registry, and say that they take requests.</summary>
internal sealed class RegisteredServers(string address, TimeProvider clock) : IServerSource
{
    private ServerStore? _store;

    public string Name => "registry";

    public async Task<IReadOnlyList<ServerAddress>> FindAsync(CancellationToken cancellationToken)
    {
        _store ??= await ServerStore.OpenAsync(address, clock, cancellationToken).ConfigureAwait(false);
        return
        [
            .. (await _store.ListAsync(cancellationToken).ConfigureAwait(false))
                .Where(static l => l.State == ServerLeaseState.Ready && Uri.IsWellFormedUriString(
                    l.Address, UriKind.Absolute))
                .Select(static l => new ServerAddress(
                    new Uri(l.Address), Uri.TryCreate(l.GrpcAddress, UriKind.Absolute, out var grpc) ? grpc : null)),
        ];
    }
}
