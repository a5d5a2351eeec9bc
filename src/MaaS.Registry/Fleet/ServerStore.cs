using System.Globalization;
using System.Text.Json;
using MaaS.Registry.Storage;

namespace MaaS.Registry.Fleet;

/// <summary>The servers of a registry: each renews its lease every few seconds, and one that does not is
/// gone.</summary>
/// <remarks>Leases are compared by the clocks of servers and readers, which must agree to within a few seconds. Safe
/// for many processes at once.</remarks>
public sealed class ServerStore
{
    private readonly Database _database;
    private readonly TimeProvider _clock;

    private ServerStore(Database database, TimeProvider clock) => (_database, _clock) = (database, clock);

    /// <summary>Opens the servers of a registry; makes the registry where there is none yet.</summary>
    /// <param name="address">As of <see cref="Versions.ModelStore.OpenAsync"/>; <c>Contents</c> may be left
    /// out.</param>
    /// <param name="clock">Tells the time; null for the system's.</param>
    /// <param name="cancellationToken">Leaves the registry as it was.</param>
    /// <exception cref="ArgumentException">It is no address.</exception>
    /// <exception cref="IOException">The database does not answer.</exception>
    /// <exception cref="InvalidDataException">A newer MaaS has changed the registry.</exception>
    public static async Task<ServerStore> OpenAsync(
        string address, TimeProvider? clock = null, CancellationToken cancellationToken = default)
        => new(
            await Database.OpenAsync(RegistryAddress.ParseDatabase(address), cancellationToken).ConfigureAwait(false),
            clock ?? TimeProvider.System);

    /// <summary>Takes or renews a lease, and removes those that ran out an hour ago.</summary>
    /// <param name="lease">The server as it is now.</param>
    /// <param name="duration">How long it counts without being renewed.</param>
    /// <param name="cancellationToken">Leaves it as it was.</param>
    public Task RenewAsync(ServerLease lease, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        var now = _clock.GetUtcNow();
        return _database.WriteAsync(
            async (connection, transaction) =>
            {
                await connection.ExecuteAsync(
                    """
                    INSERT INTO servers (id, address, grpc_address, state, models, in_flight, expires)
                    VALUES (@id, @address, @grpc, @state, @models, @flight, @expires)
                    ON CONFLICT (id) DO UPDATE SET address = excluded.address, grpc_address = excluded.grpc_address,
                        state = excluded.state, models = excluded.models, in_flight = excluded.in_flight,
                        expires = excluded.expires
                    """,
                    transaction, cancellationToken, ("@id", lease.Id), ("@address", lease.Address),
                    ("@grpc", lease.GrpcAddress),
                    ("@state", lease.State.ToString().ToLower(CultureInfo.InvariantCulture)),
                    ("@models", JsonSerializer.Serialize(lease.Models)), ("@flight", lease.InFlight),
                    ("@expires", (now + duration).ToUnixTimeMilliseconds())).ConfigureAwait(false);
                return await connection.ExecuteAsync(
                    "DELETE FROM servers WHERE expires < @old", transaction, cancellationToken,
                    ("@old", now.AddHours(-1).ToUnixTimeMilliseconds())).ConfigureAwait(false);
            },
            cancellationToken);
    }

    /// <summary>Gives a lease back; nothing where there is none.</summary>
    /// <param name="id">Of the server.</param>
    /// <param name="cancellationToken">Leaves it as it was.</param>
    public Task WithdrawAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return _database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                "DELETE FROM servers WHERE id = @id", transaction, cancellationToken, ("@id", id)),
            cancellationToken);
    }

    /// <summary>The servers whose leases count, by address.</summary>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<ServerLease>> ListAsync(CancellationToken cancellationToken = default)
        => await _database.ReadAsync(
            connection => connection.QueryAsync(
                "SELECT id, address, grpc_address, state, models, in_flight FROM servers WHERE expires > @now "
                    + "ORDER BY address, id",
                null,
                static r => new ServerLease(
                    r.GetString(0), r.GetString(1), r.TextOrNull(2),
                    Enum.Parse<ServerLeaseState>(r.GetString(3), ignoreCase: true),
                    JsonSerializer.Deserialize<Dictionary<string, IReadOnlyList<long>>>(r.GetString(4))!,
                    r.GetInt64(5)),
                cancellationToken, ("@now", _clock.GetUtcNow().ToUnixTimeMilliseconds())),
            cancellationToken).ConfigureAwait(false);
}
