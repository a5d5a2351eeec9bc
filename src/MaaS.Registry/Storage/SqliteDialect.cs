using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace MaaS.Registry.Storage;

/// <summary>One file; many processes of one machine may use it at once.</summary>
internal sealed class SqliteDialect : IDialect
{
    // How long a writer waits for another one.
    private const int BusySeconds = 60;

    private readonly string _path;
    private readonly string _connection;

    public SqliteDialect(string path)
    {
        _path = path;
        _connection = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            ForeignKeys = true,
            DefaultTimeout = BusySeconds,
        }.ToString();
    }

    public string Identity => "INTEGER PRIMARY KEY AUTOINCREMENT";

    public DbConnection Connect() => new SqliteConnection(_connection);

    // Readers go on while one process writes; what was committed outlives a power cut.
    public Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken)
        => connection.ExecuteAsync("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", null, cancellationToken);

    // A transaction that is not deferred has the file's only write lock already.
    public Task LockSchemaAsync(
        DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<IContentLock> LockContentsAsync(bool alone, CancellationToken cancellationToken)
        => await LockFile.TakeAsync($"{_path}-contents.lock", alone, cancellationToken).ConfigureAwait(false);
}
