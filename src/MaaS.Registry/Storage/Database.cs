using System.Data.Common;
using System.Net.Sockets;

namespace MaaS.Registry.Storage;

/// <summary>A database with the registry's tables, at their newest version.</summary>
internal sealed class Database(IDialect dialect, string id)
{
    /// <summary>Tells this registry apart from all others; drawn when its tables were made.</summary>
    public string Id { get; } = id;

    /// <summary>Opens a database and brings its tables to the newest version.</summary>
    /// <exception cref="InvalidDataException">A newer MaaS has changed the tables.</exception>
    public static async Task<Database> OpenAsync(IDialect dialect, CancellationToken cancellationToken)
    {
        var id = await new Database(dialect, "").WriteAsync(
            async (connection, transaction) =>
            {
                await dialect.LockSchemaAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
                await Migrations.RunAsync(dialect, connection, transaction, cancellationToken).ConfigureAwait(false);
                return await IdAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return new Database(dialect, id);
    }

    /// <summary>Runs statements that change something, all of them or none.</summary>
    public async Task<T> WriteAsync<T>(
        Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var result = await work(connection, transaction).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return result;
            }
        }
    }

    /// <summary>Runs queries.</summary>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await work(connection).ConfigureAwait(false);
        }
    }

    private static async Task<string> IdAsync(
        DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var found = await connection.QueryAsync(
            "SELECT id FROM registry", transaction, static r => r.GetString(0), cancellationToken)
            .ConfigureAwait(false);
        if (found.Count > 0)
        {
            return found[0];
        }

        var id = Guid.NewGuid().ToString("N");
        await connection.ExecuteAsync(
            "INSERT INTO registry (id) VALUES (@id)", transaction, cancellationToken, ("@id", id))
            .ConfigureAwait(false);
        return id;
    }

    private async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = dialect.Connect();
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            await dialect.PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        // Names that do not resolve and servers that are slow to answer are no DbException.
        catch (Exception e) when (e is DbException or SocketException or TimeoutException)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw new IOException($"Registry: expected a database that answers: {e.Message}", e);
        }
    }
}
