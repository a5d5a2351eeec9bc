using System.Data.Common;
using Npgsql;

namespace MaaS.Registry.Storage;

/// <summary>A PostgreSQL database, which many machines may use at once.</summary>
internal sealed class PostgresDialect(string connectionString) : IDialect
{
    // Any number that no other user of the database takes for a lock of its own.
    private const long SchemaLock = 0x4D61615352656731, ContentsLock = SchemaLock + 1;

    public string Identity => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

    public DbConnection Connect() => new NpgsqlConnection(connectionString);

    public Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task LockSchemaAsync(
        DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
        => connection.ExecuteAsync($"SELECT pg_advisory_xact_lock({SchemaLock})", transaction, cancellationToken);

    public Task<IContentLock> LockContentsAsync(bool alone, CancellationToken cancellationToken)
        => PostgresLock.TakeAsync(connectionString, ContentsLock, alone, cancellationToken);
}
