using System.Data.Common;

namespace MaaS.Registry.Storage;

/// <summary>What differs between the databases; all other statements are the same for both.</summary>
internal interface IDialect
{
    /// <summary>Type of a column that numbers its rows.</summary>
    string Identity { get; }

    /// <summary>A connection that is not open yet.</summary>
    DbConnection Connect();

    /// <summary>Settings of a connection that was just opened.</summary>
    Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Holds up other processes that migrate, until the transaction ends.</summary>
    Task LockSchemaAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Waits for the lock that whoever adds contents shares, and whoever collects them holds alone.</summary>
    /// <exception cref="IOException">The database does not answer, or others held the lock for too long.</exception>
    Task<IContentLock> LockContentsAsync(bool alone, CancellationToken cancellationToken);
}
