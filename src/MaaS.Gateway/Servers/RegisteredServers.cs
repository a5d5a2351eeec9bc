using System.Data.Common;
using MaaS.Registry.Fleet;

namespace MaaS.Gateway.Servers;

/// <summary>Servers that announce themselves in a registry.</summary>
internal sealed class RegisteredServers(string address, TimeProvider clock) : IServerSource
{
    private ServerStore? _store;

    public string Name => "registry";

    public async Task<IReadOnlyList<ServerAddress>> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            _store ??= await ServerStore.OpenAsync(address, clock, cancellationToken).ConfigureAwait(false);
            return
            [
                .. (await _store.ListAsync(cancellationToken).ConfigureAwait(false)).Select(
                    static l => new ServerAddress(
                        new Uri(l.Address), l.GrpcAddress is { } grpc ? new Uri(grpc) : null)),
            ];
        }
        catch (DbException e)
        {
            throw new IOException($"registry: {e.Message}", e);
        }
    }
}
