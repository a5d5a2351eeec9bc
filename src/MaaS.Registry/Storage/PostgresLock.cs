using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace MaaS.Registry.Storage;

/// <summary>A lock between all that use one database: a transaction that does nothing else, so that a process that is
/// killed, or a connection that is lost, frees it.</summary>
internal sealed class PostgresLock : IContentLock
{
    private const int WaitSeconds = 600, KeepAliveSeconds = 30;

    private readonly NpgsqlConnection _connection;

    private PostgresLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="IOException">The database does not answer, or others held the lock for ten
    /// minutes.</exception>
    public static async Task<IContentLock> TakeAsync(
        string connectionString, long number, bool alone, CancellationToken cancellationToken)
    {
        // Of its own and kept alive: while a large file is on its way nothing else is said on it.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            KeepAlive = KeepAliveSeconds,
            CommandTimeout = WaitSeconds,
        }.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"BEGIN; SELECT pg_advisory_xact_lock{(alone ? "" : "_shared")}({number})"),
                null, cancellationToken).ConfigureAwait(false);
            return new PostgresLock(connection);
        }
        catch (Exception e)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            if (e is DbException or SocketException or TimeoutException)
            {
                throw new IOException(
                    $"Registry: expected the lock of the contents within {WaitSeconds / 60} minutes: {e.Message}", e);
            }

            throw;
        }
    }

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _connection.ExecuteAsync("SELECT 1", null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or IOException)
        {
            throw new IOException(
                "Registry: expected the connection that keeps the contents from being collected, which was lost; add "
                    + $"the version again: {e.Message}", e);
        }
    }

    // Closing ends the transaction.
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
