using System.Data.Common;
using MaaS.Core.Packages;
using MaaS.Registry.Contents;
using MaaS.Registry.Storage;

namespace MaaS.Registry.Versions;

/// <summary>
/// Models, their versions, aliases and stages with the history of who changed what and why, in a database; files are
/// stored once by the hash of their contents.
/// </summary>
/// <remarks>
/// Safe for many threads and processes at once, with PostgreSQL from many machines: each change is one transaction. A
/// version appears with all that belongs to it or not at all, and its number never comes back.
/// </remarks>
public sealed partial class ModelStore
{
    private readonly Database _database;
    private readonly IContentStore _contents;
    private readonly TimeProvider _clock;

    private ModelStore(Database database, IContentStore contents, TimeProvider clock)
        => (_database, _contents, _clock) = (database, contents, clock);

    /// <summary>Tells this registry apart from all others.</summary>
    public string Id => _database.Id;

    /// <summary>Opens a registry; makes it where there is none yet, and brings an older one up to date.</summary>
    /// <param name="address"><c>sqlite:FILE</c> with contents in the folder <c>FILE-contents</c> beside it, or
    /// <c>postgres:Host=…;Username=…;Database=…;Contents=FOLDER</c>. Both take as contents
    /// <c>s3://BUCKET/PREFIX?endpoint=…&amp;region=…&amp;pathStyle=true</c> as well.</param>
    /// <param name="clock">Tells when changes are made; null for the system's.</param>
    /// <param name="cancellationToken">Leaves the registry as it was.</param>
    /// <exception cref="ArgumentException">The address has neither form.</exception>
    /// <exception cref="IOException">The database does not answer.</exception>
    /// <exception cref="InvalidDataException">A newer MaaS has changed the registry, or the contents belong to another
    /// registry.</exception>
    public static async Task<ModelStore> OpenAsync(
        string address, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        var (dialect, contents) = RegistryAddress.Parse(address);
        var remote = contents.StartsWith(S3Address.Scheme, StringComparison.OrdinalIgnoreCase)
            ? S3Address.Parse(contents) : null;
        var database = await Database.OpenAsync(dialect, cancellationToken).ConfigureAwait(false);
        IContentStore store = remote is null ? new FolderContentStore(contents, database.Id)
            : new S3ContentStore(S3Clients.For(remote), remote, dialect, database.Id);
        await store.ClaimAsync(cancellationToken).ConfigureAwait(false);
        return new ModelStore(database, store, clock ?? TimeProvider.System);
    }

    /// <summary>Adds a package as the next version of a model. Of an encrypted one the file is kept as it is; what its
    /// manifest says, the hashes of its files among it, stands in the database.</summary>
    /// <param name="package">An opened package; its files are checked again while they are copied.</param>
    /// <param name="details">Name, tags, aliases, who and why; null for the defaults.</param>
    /// <param name="cancellationToken">Leaves no version behind.</param>
    /// <exception cref="ArgumentException">A name is not allowed.</exception>
    /// <exception cref="IOException">The disk is full, or the database does not answer; nothing was added.</exception>
    public async Task<ModelVersion> AddAsync(
        ModelPackage package, NewVersion? details = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(package);
        details ??= new NewVersion();
        var name = Checked(details.Name ?? package.Manifest.Name, "name");
        foreach (var alias in details.Aliases)
        {
            CheckAlias(alias);
        }

        var kept = await _contents.KeepAsync(cancellationToken).ConfigureAwait(false);
        await using var held = kept.ConfigureAwait(false);
        var sink = new ContentSink(_contents, cancellationToken);
        await (package.IsEncrypted
            ? package.CopySealedToAsync(sink, cancellationToken) : package.CopyToAsync(sink, cancellationToken))
            .ConfigureAwait(false);
        return await _database.WriteAsync(
            async (connection, transaction) =>
            {
                await connection.ExecuteAsync(
                    "INSERT INTO models (name) VALUES (@name) ON CONFLICT (name) DO NOTHING", transaction,
                    cancellationToken, ("@name", name)).ConfigureAwait(false);

                // Locks the model's row: versions are numbered one after the other.
                var (model, version) = (await connection.QueryAsync(
                    "UPDATE models SET last_version = last_version + 1 WHERE name = @name RETURNING id, last_version",
                    transaction, static r => (r.GetInt64(0), r.GetInt64(1)), cancellationToken, ("@name", name))
                    .ConfigureAwait(false))[0];
                var change = new VersionChange(
                    connection, transaction, _clock, model, details.Change, cancellationToken);
                await change.InsertAsync(version, package.Manifest, sink.Files, details).ConfigureAwait(false);
                await kept.CheckAsync(cancellationToken).ConfigureAwait(false);
                return (await VersionRows.VersionsAsync(
                    connection, transaction, name, model, version, cancellationToken).ConfigureAwait(false))[0];
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A number that grows with every change of the registry, so that a look at it tells whether something
    /// happened; 0 before the first.</summary>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<long> RevisionAsync(CancellationToken cancellationToken = default)
        => (await _database.ReadAsync(
            connection => connection.QueryAsync(
                "SELECT COUNT(*) FROM history", null, static r => r.GetInt64(0), cancellationToken),
            cancellationToken).ConfigureAwait(false))[0];   // Not the greatest number: those are drawn before a commit.

    /// <summary>Bytes of all versions of all models that have a tag of this value. Contents that several versions share
    /// count for each.</summary>
    /// <param name="tag">The tag's name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<long> TaggedBytesAsync(
        string tag, string value, CancellationToken cancellationToken = default)
        => (await _database.ReadAsync(
            connection => connection.QueryAsync(
                """
                SELECT CAST(COALESCE(SUM(f.bytes), 0) AS BIGINT) FROM tags t
                JOIN files f ON f.model = t.model AND f.version = t.version
                WHERE t.name = @tag AND t.value = @value
                """,
                null, static r => r.GetInt64(0), cancellationToken, ("@tag", tag), ("@value", value)),
            cancellationToken).ConfigureAwait(false))[0];

    /// <summary>All models, in the order of their names.</summary>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<ModelSummary>> ListAsync(CancellationToken cancellationToken = default)
        => await _database.ReadAsync(
            connection => connection.QueryAsync(
                """
                SELECT name, needs_approval,
                    (SELECT COUNT(*) FROM versions v WHERE v.model = m.id),
                    (SELECT COALESCE(MAX(version), 0) FROM versions v WHERE v.model = m.id),
                    (SELECT MAX(version) FROM versions v WHERE v.model = m.id AND stage = 'production')
                FROM models m ORDER BY name
                """,
                null,
                static r => new ModelSummary(
                    r.GetString(0), r.GetInt64(2), r.GetInt64(3), r.NumberOrNull(4), r.GetInt32(1) != 0),
                cancellationToken),
            cancellationToken).ConfigureAwait(false);

    /// <summary>All versions of a model, the oldest first.</summary>
    /// <param name="name">The model.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <exception cref="KeyNotFoundException">There is no such model.</exception>
    public async Task<IReadOnlyList<ModelVersion>> VersionsAsync(
        string name, CancellationToken cancellationToken = default)
        => await _database.ReadAsync(
            async connection =>
            {
                var (model, _) = await ModelAsync(connection, null, name, cancellationToken).ConfigureAwait(false);
                return await VersionRows.VersionsAsync(connection, null, name, model, null, cancellationToken)
                    .ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>One version.</summary>
    /// <param name="reference">A number, an alias, <c>production</c>, or the newest.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <exception cref="KeyNotFoundException">There is no such model, version or alias.</exception>
    public async Task<ModelVersion> GetAsync(ModelReference reference, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return await _database.ReadAsync(
            async connection =>
            {
                var (model, _) = await ModelAsync(connection, null, reference.Name, cancellationToken)
                    .ConfigureAwait(false);
                var version = await NumberAsync(connection, null, model, reference, cancellationToken)
                    .ConfigureAwait(false);
                return (await VersionRows.VersionsAsync(
                    connection, null, reference.Name, model, version, cancellationToken).ConfigureAwait(false))[0];
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the package of a version where its files lie, and checks them. The file of an encrypted one is
    /// copied to the temporary folder as it is, and opened in memory.</summary>
    /// <param name="version">Of this registry.</param>
    /// <param name="options">Limits, trusted keys, and keys that open encrypted packages.</param>
    /// <param name="cancellationToken">Stops between two blocks.</param>
    /// <exception cref="InvalidDataException">A file was changed, or no key opens it.</exception>
    /// <exception cref="FileNotFoundException">A file is gone.</exception>
    public async Task<ModelPackage> OpenPackageAsync(
        ModelVersion version, PackageReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        options ??= new PackageReadOptions();
        IPackageStore files = version.IsEncrypted
            ? PackageStore.OpenFile(
                version.ToString(),
                await SealedFile.CopyAsync(_contents, version.Files[PackagePath.Sealed], cancellationToken)
                    .ConfigureAwait(false),
                options)
            : new ContentFiles(_contents, version.Files);
        return await ModelPackage.OpenFromAsync(version.ToString(), files, options, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Copies an encrypted version as it is into a folder of its own, once it has been opened and
    /// checked.</summary>
    internal async Task SaveSealedAsync(
        ModelVersion version, string target, PackageReadOptions? options, CancellationToken cancellationToken)
    {
        using var package = await OpenPackageAsync(version, options, cancellationToken).ConfigureAwait(false);
        await PackageWriter.WriteAsync(
            target, overwrite: true,
            sink => sink.AddAsync(
                PackagePath.Sealed,
                stream => _contents.CopyAsync(version.Files[PackagePath.Sealed], stream, cancellationToken)))
            .ConfigureAwait(false);
    }

    /// <summary>Copies one file of a version. Its last block is written only when the hash of all of it is right, so
    /// that whoever reads the target to its end has what the registry was given.</summary>
    /// <param name="version">Of this registry.</param>
    /// <param name="path">One of <see cref="ModelVersion.Files"/>.</param>
    /// <param name="target">Takes the bytes; it is not closed.</param>
    /// <param name="cancellationToken">Stops between two blocks.</param>
    /// <exception cref="KeyNotFoundException">The version has no such file.</exception>
    /// <exception cref="FileNotFoundException">The content is gone.</exception>
    /// <exception cref="InvalidDataException">The content was changed.</exception>
    public Task CopyFileAsync(
        ModelVersion version, string path, Stream target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(target);
        return version.Files.TryGetValue(path, out var file)
            ? _contents.CopyAsync(file, target, cancellationToken)
            : throw new KeyNotFoundException(
                $"Registry: {version}: expected one of the files [{string.Join(", ", version.Files.Keys)}], got "
                    + $"'{path}'.");
    }

    /// <summary>What was done to a model, the oldest first.</summary>
    /// <param name="name">The model.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <exception cref="KeyNotFoundException">There is no such model.</exception>
    public async Task<IReadOnlyList<HistoryEntry>> HistoryAsync(
        string name, CancellationToken cancellationToken = default)
        => await _database.ReadAsync(
            async connection =>
            {
                var (model, _) = await ModelAsync(connection, null, name, cancellationToken).ConfigureAwait(false);
                return await VersionRows.HistoryAsync(connection, model, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>Deletes the files that no version has any more; waits until nobody adds a version.</summary>
    /// <param name="cancellationToken">Leaves files that would have gone.</param>
    public Task<CollectedContents> CollectAsync(CancellationToken cancellationToken = default)
        => _contents.CollectAsync(
            async () => (await _database.ReadAsync(
                connection => connection.QueryAsync(
                    "SELECT DISTINCT sha256 FROM files", null, static r => r.GetString(0), cancellationToken),
                cancellationToken).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal),
            cancellationToken);

    private static async Task<(long Id, bool NeedsApproval)> ModelAsync(
        DbConnection connection, DbTransaction? transaction, string name, CancellationToken cancellationToken)
        => await VersionRows.ModelAsync(connection, transaction, name, cancellationToken).ConfigureAwait(false)
            ?? throw new KeyNotFoundException(
                $"Registry: expected one of the models [{string.Join(", ", await connection.QueryAsync(
                    "SELECT name FROM models ORDER BY name LIMIT 20", transaction, static r => r.GetString(0),
                    cancellationToken).ConfigureAwait(false))}], got '{name}'.");

    private static async Task<long> NumberAsync(
        DbConnection connection, DbTransaction? transaction, long model, ModelReference reference,
        CancellationToken cancellationToken)
        => await VersionRows.ResolveAsync(connection, transaction, model, reference, cancellationToken)
            .ConfigureAwait(false)
            ?? throw new KeyNotFoundException(
                $"Registry: '{reference}': expected a version that is there; '{reference.Name}' has the versions ["
                    + string.Join(", ", await connection.QueryAsync(
                        "SELECT version FROM versions WHERE model = @model ORDER BY version DESC LIMIT 20", transaction,
                        static r => r.GetInt64(0), cancellationToken, ("@model", model)).ConfigureAwait(false))
                    + "] and the aliases ["
                    + string.Join(", ", await connection.QueryAsync(
                        "SELECT alias FROM aliases WHERE model = @model ORDER BY alias LIMIT 20", transaction,
                        static r => r.GetString(0), cancellationToken, ("@model", model)).ConfigureAwait(false))
                            + "].");

    private static string Checked(string name, string what)
        => ModelNames.IsValid(name) ? name
            : throw new ArgumentException($"Registry: expected as {what} {ModelNames.Rule}, got '{name}'.", what);
}
