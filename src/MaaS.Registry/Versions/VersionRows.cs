using System.Data.Common;
using System.Globalization;
using MaaS.Core.Packages;
using MaaS.Registry.Storage;

namespace MaaS.Registry.Versions;

/// <summary>Reads models, versions and history out of the tables.</summary>
internal static class VersionRows
{
    public static async Task<(long Id, bool NeedsApproval)?> ModelAsync(
        DbConnection connection, DbTransaction? transaction, string name, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(
            "SELECT id, needs_approval FROM models WHERE name = @name", transaction,
            static r => (r.GetInt64(0), r.GetInt32(1) != 0), cancellationToken, ("@name", name)).ConfigureAwait(false);
        return rows.Count > 0 ? rows[0] : null;
    }

    /// <summary>The version in production; null where there is none.</summary>
    public static async Task<long?> ProductionAsync(
        DbConnection connection, DbTransaction? transaction, long model, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(
            "SELECT version FROM versions WHERE model = @model AND stage = @stage", transaction,
            static r => r.GetInt64(0), cancellationToken, ("@model", model), ("@stage", Text(ModelStage.Production)))
            .ConfigureAwait(false);
        return rows.Count > 0 ? rows[0] : null;
    }

    /// <summary>The number that a reference means; null where it means nothing.</summary>
    public static async Task<long?> ResolveAsync(
        DbConnection connection, DbTransaction? transaction, long model, ModelReference reference,
        CancellationToken cancellationToken)
    {
        if (reference.Alias is ModelReference.Production)
        {
            return await ProductionAsync(connection, transaction, model, cancellationToken).ConfigureAwait(false);
        }

        var (query, value) = reference switch
        {
            { Version: { } version } =>
                ("SELECT version FROM versions WHERE model = @model AND version = @value", (object)version),
            { Alias: { } alias } => ("SELECT version FROM aliases WHERE model = @model AND alias = @value", alias),
            _ => ("SELECT MAX(version) FROM versions WHERE model = @model AND version > @value", 0L),
        };
        var rows = await connection.QueryAsync(
            query, transaction, static r => r.NumberOrNull(0), cancellationToken, ("@model", model), ("@value", value))
            .ConfigureAwait(false);
        return rows.Count > 0 ? rows[0] : null;
    }

    /// <summary>Versions of a model, the oldest first.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="transaction">Where the rows are read; null outside one.</param>
    /// <param name="name">The model.</param>
    /// <param name="model">Its number.</param>
    /// <param name="only">One version; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<List<ModelVersion>> VersionsAsync(
        DbConnection connection, DbTransaction? transaction, string name, long model, long? only,
        CancellationToken cancellationToken)
    {
        var files = await GroupAsync(
            "files", "path", "sha256, bytes",
            static r => (r.GetString(1), new PackageFileEntry(r.GetString(2), r.GetInt64(3))))
            .ConfigureAwait(false);
        var tags = await GroupAsync("tags", "name", "value", static r => (r.GetString(1), r.GetString(2)))
            .ConfigureAwait(false);
        var aliases = await GroupAsync("aliases", "alias", "alias", static r => (r.GetString(1), ""))
            .ConfigureAwait(false);
        var approvers = await GroupAsync("approvals", "approver", "at", static r => (r.GetString(1), ""))
            .ConfigureAwait(false);
        return await connection.QueryAsync(
            "SELECT version, stage, created, creator, description, manifest FROM versions WHERE model = @model "
                + $"{Only(only)} ORDER BY version",
            transaction,
            r =>
            {
                var version = r.GetInt64(0);
                return new ModelVersion(
                    name, version, Stage(r.GetString(1)), Time(r.GetString(2)), r.GetString(3), r.TextOrNull(4),
                    ModelManifest.FromJson(System.Text.Encoding.UTF8.GetBytes(r.GetString(5))), Of(files, version),
                    Of(tags, version),
                    [.. Of(aliases, version).Keys], [.. Of(approvers, version).Keys]);
            },
            cancellationToken, ("@model", model)).ConfigureAwait(false);

        async Task<Dictionary<long, Dictionary<string, T>>> GroupAsync<T>(
            string table, string key, string columns, Func<DbDataReader, (string Key, T Value)> read)
        {
            var rows = await connection.QueryAsync(
                $"SELECT version, {key}, {columns} FROM {table} WHERE model = @model {Only(only)} ORDER BY {key}",
                transaction, r => (Version: r.GetInt64(0), Entry: read(r)), cancellationToken, ("@model", model))
                .ConfigureAwait(false);
            return rows.GroupBy(static r => r.Version).ToDictionary(
                static g => g.Key,
                static g => g.ToDictionary(static r => r.Entry.Key, static r => r.Entry.Value, StringComparer.Ordinal));
        }
    }

    public static Task<List<HistoryEntry>> HistoryAsync(
        DbConnection connection, long model, CancellationToken cancellationToken)
        => connection.QueryAsync(
            "SELECT id, at, who, action, version, detail, previous, reason FROM history WHERE model = @model ORDER BY "
                + "id",
            null,
            static r => new HistoryEntry(
                r.GetInt64(0), Time(r.GetString(1)), r.GetString(2), r.GetString(3), r.NumberOrNull(4), r.TextOrNull(5),
                r.NumberOrNull(6), r.TextOrNull(7)),
            cancellationToken, ("@model", model));

    public static string Text(ModelStage stage) => stage switch
    {
        ModelStage.None => "none",
        ModelStage.Staging => "staging",
        ModelStage.Production => "production",
        ModelStage.Archived => "archived",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "Registry: expected a known stage."),
    };

    public static string Text(DateTimeOffset time)
        => time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    private static string Only(long? version)
        => version is { } number ? string.Create(CultureInfo.InvariantCulture, $"AND version = {number}") : "";

    private static Dictionary<string, T> Of<T>(Dictionary<long, Dictionary<string, T>> groups, long version)
        => groups.GetValueOrDefault(version) ?? [];

    private static ModelStage Stage(string text) => Enum.Parse<ModelStage>(text, ignoreCase: true);

    private static DateTimeOffset Time(string text)
        => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}
