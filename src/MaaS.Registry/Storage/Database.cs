using System.Data.Common;

namespace MaaS.Registry.Storage;

/// <summary>A database with the registry's tables, at their newest version.</summary>
internal sealed class Database(IDialect dialect)
{
    /// <summary>Opens a database and brings its tables to the newest version.</summary>
    /// <exception cref="InvalidDataException">A newer MaaS has changed the tables.</exception>
    public static async Task<Database> OpenAsync(IDialect dialect, CancellationToken cancellationToken)
    {
        var database = new Database(dialect);
        await database.WriteAsync(
            async (connection, transaction) =>
            {
                await dialect.LockSchemaAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
                await Migrations.RunAsync(dialect, connection, transaction, cancellationToken).ConfigureAwait(false);
                return 0;
            },
            cancellationToken).ConfigureAwait(false);
        return database;
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

    private async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = dialect.Connect();
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            await dialect.PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch (DbException e)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw new IOException($"Registry: expected a database that answers: {e.Message}", e);
        }
    }
}
