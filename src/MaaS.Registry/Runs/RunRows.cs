using System.Data.Common;
using System.Globalization;
using System.Text;
using MaaS.Registry.Storage;
using MaaS.Registry.Versions;

namespace MaaS.Registry.Runs;

/// <summary>Reads and writes the tables of runs.</summary>
internal static class RunRows
{
    public const string Parameter = "parameter", Environment = "environment", Data = "data", Tag = "tag";

    // Rows of one statement: databases take a few thousand parameters at the least.
    private const int RowsAtOnce = 150;

    public static async Task InsertAsync(
        DbConnection connection, DbTransaction transaction, string id, NewRun run, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            "INSERT INTO runs (id, name, kind, outcome, started, beat, who, host, command) "
                + "VALUES (@id, @name, @kind, 'running', @now, @now, @who, @host, @command)",
            transaction, cancellationToken, ("@id", id), ("@name", run.Name), ("@kind", run.Kind), ("@now", Text(now)),
            ("@who", run.Who), ("@host", System.Environment.MachineName), ("@command", run.Command))
            .ConfigureAwait(false);
        await SetAsync(
            connection, transaction, id,
            [
                .. run.Parameters.Select(static p => (Parameter, p.Key, p.Value)),
                .. run.Environment.Select(static p => (Environment, p.Key, p.Value)),
                .. run.Data.Select(static p => (Data, p.Key, p.Value)),
            ],
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes values, over those that have the same kind and name.</summary>
    public static Task SetAsync(
        DbConnection connection, DbTransaction transaction, string run,
        IReadOnlyList<(string Kind, string Name, string Value)> values, CancellationToken cancellationToken)
        => InsertAsync(
            connection, transaction, "run_values (run, kind, name, value)",
            "ON CONFLICT (run, kind, name) DO UPDATE SET value = excluded.value",
            // One statement may not change a row twice.
            [
                .. values.GroupBy(static v => (v.Kind, v.Name)).Select(static g => g.Last())
                    .Select(v => new object?[] { run, v.Kind, Clean(v.Name), Clean(v.Value) }),
            ],
            cancellationToken);

    public static Task AddMetricsAsync(
        DbConnection connection, DbTransaction transaction, string run,
        IReadOnlyList<(long Number, string Name, long Step, DateTimeOffset At, double Value)> points,
        CancellationToken cancellationToken)
        => InsertAsync(
            connection, transaction, "run_metrics (run, number, name, step, at, value)",
            // Those of a commit whose answer was lost come a second time.
            "ON CONFLICT (run, number) DO NOTHING",
            [
                .. points.Select(
                    p => new object?[]
                    {
                        run, p.Number, Clean(p.Name), p.Step, Text(p.At), double.IsFinite(p.Value) ? p.Value : null,
                    }),
            ],
            cancellationToken);

    public static Task AddArtifactsAsync(
        DbConnection connection, DbTransaction transaction, string run, IReadOnlyList<RunArtifact> artifacts,
        CancellationToken cancellationToken)
        => InsertAsync(
            connection, transaction, "run_artifacts (run, name, sha256, bytes)",
            "ON CONFLICT (run, name) DO UPDATE SET sha256 = excluded.sha256, bytes = excluded.bytes",
            [
                .. artifacts.GroupBy(static a => a.Name).Select(static g => g.Last())
                    .Select(a => new object?[] { run, a.Name, a.Sha256, a.Bytes }),
            ],
            cancellationToken);

    /// <summary>The identifier that somebody means.</summary>
    /// <exception cref="KeyNotFoundException">There is none, or several begin so.</exception>
    public static async Task<string> FindAsync(
        DbConnection connection, string text, CancellationToken cancellationToken, DbTransaction? transaction = null)
    {
        var ids = await connection.QueryAsync(
            "SELECT id FROM runs WHERE substr(id, 1, @length) = @text ORDER BY id LIMIT 2", transaction,
            static r => r.GetString(0), cancellationToken, ("@length", text.Length), ("@text", text.ToLowerInvariant()))
            .ConfigureAwait(false);
        var named = await connection.QueryAsync(
            "SELECT id FROM runs WHERE name = @text ORDER BY started DESC, id LIMIT 1", transaction,
            static r => r.GetString(0), cancellationToken, ("@text", text)).ConfigureAwait(false);
        return (ids, named) switch
        {
            ([var id], []) => id,
            ([], [var id]) => id,
            ([var id], [var newest]) when id == newest => id,
            ([_, ..], [var newest]) => throw new KeyNotFoundException(
                $"Runs: expected one run, got '{text}', by which identifiers begin and which is the name of run "
                    + $"{newest}; "
                    + "give more digits of the identifier."),
            ([_, _], _) => throw new KeyNotFoundException(
                $"Runs: expected the beginning of one identifier, got '{text}', which {ids[0]}, {ids[1]} and perhaps "
                    + "others begin with."),
            _ => throw new KeyNotFoundException(
                $"Runs: expected an identifier or a name of a run, got '{text}'; 'maas runs list' shows them."),
        };
    }

    /// <summary>A run; null where it is gone.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="id">Whole.</param>
    /// <param name="silent">A running one that was heard of before this was killed.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<RunRecord?> ReadAsync(
        DbConnection connection, string id, DateTimeOffset silent, CancellationToken cancellationToken)
    {
        var values = await connection.QueryAsync(
            "SELECT kind, name, value FROM run_values WHERE run = @id ORDER BY name", null,
            static r => (Kind: r.GetString(0), Name: r.GetString(1), Value: r.GetString(2)), cancellationToken,
            ("@id", id)).ConfigureAwait(false);
        var metrics = await connection.QueryAsync(
            """
            SELECT m.name, g.points, m.step, m.value, g.least, g.greatest FROM run_metrics m JOIN (
                SELECT COUNT(*) AS points, MAX(number) AS last, MIN(value) AS least, MAX(value) AS greatest
                FROM run_metrics WHERE run = @id GROUP BY name) g ON m.number = g.last
            WHERE m.run = @id ORDER BY m.name
            """,
            null,
            static r => new MetricSummary(
                r.GetString(0), r.GetInt64(1), r.GetInt64(2), Number(r, 3), Number(r, 4), Number(r, 5)),
            cancellationToken, ("@id", id)).ConfigureAwait(false);
        var artifacts = await connection.QueryAsync(
            "SELECT name, sha256, bytes FROM run_artifacts WHERE run = @id ORDER BY name", null,
            static r => new RunArtifact(r.GetString(0), r.GetString(1), r.GetInt64(2)), cancellationToken, ("@id", id))
            .ConfigureAwait(false);
        var runs = await connection.QueryAsync(
            "SELECT name, kind, outcome, started, ended, beat, who, host, command, error FROM runs WHERE id = @id",
            null,
            r =>
            {
                var (outcome, beat) = (Enum.Parse<RunOutcome>(r.GetString(2), ignoreCase: true), Time(r.GetString(5)));
                var killed = outcome is RunOutcome.Running && beat < silent;
                return new RunRecord(
                    id, r.GetString(0), r.GetString(1), killed ? RunOutcome.Killed : outcome, Time(r.GetString(3)),
                    killed ? beat : r.TextOrNull(4) is { } ended ? Time(ended) : null, r.GetString(6), r.GetString(7),
                    r.TextOrNull(8), r.TextOrNull(9),
                    new RunValues(Of(Parameter), Of(Environment), Of(Data), Of(Tag)), metrics, artifacts);
            },
            cancellationToken, ("@id", id)).ConfigureAwait(false);
        return runs.Count > 0 ? runs[0] : null;

        Dictionary<string, string> Of(string kind) => values.Where(v => v.Kind == kind)
            .ToDictionary(static v => v.Name, static v => v.Value, StringComparer.Ordinal);
    }

    public static Task<List<MetricPoint>> MetricAsync(
        DbConnection connection, string run, string metric, CancellationToken cancellationToken)
        => connection.QueryAsync(
            "SELECT step, at, value FROM run_metrics WHERE run = @run AND name = @name ORDER BY number", null,
            static r => new MetricPoint(r.GetInt64(0), Time(r.GetString(1)), Number(r, 2)), cancellationToken,
            ("@run", run), ("@name", metric));

    public static string Text(DateTimeOffset time) => VersionRows.Text(time);

    private static DateTimeOffset Time(string text)
        => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    // PostgreSQL takes no character 0 in a text.
    private static string Clean(string text) => text.Replace('\0', '\uFFFD');

    private static double? Number(DbDataReader reader, int column)
        => reader.IsDBNull(column) ? null : reader.GetDouble(column);

    private static async Task InsertAsync(
        DbConnection connection, DbTransaction transaction, string columns, string conflict, List<object?[]> rows,
        CancellationToken cancellationToken)
    {
        foreach (var chunk in rows.Chunk(RowsAtOnce))
        {
            var sql = new StringBuilder($"INSERT INTO {columns} VALUES ");
            List<(string, object?)> parameters = [];
            foreach (var row in chunk)
            {
                sql.Append(parameters.Count == 0 ? "(" : ", (");
                for (var i = 0; i < row.Length; i++)
                {
                    var name = string.Create(CultureInfo.InvariantCulture, $"@p{parameters.Count}");
                    sql.Append(i == 0 ? "" : ", ").Append(name);
                    parameters.Add((name, row[i]));
                }

                sql.Append(')');
            }

            await connection.ExecuteAsync(
                sql.Append(' ').Append(conflict).ToString(), transaction, cancellationToken, [.. parameters])
                .ConfigureAwait(false);
        }
    }
}
