using System.Data.Common;
using System.Globalization;
using MaaS.Registry.Storage;
using MaaS.Registry.Versions;

namespace MaaS.Registry.Access;

/// <summary>Who may download which model, who asked for it, and how often each version was downloaded, in the
/// registry's database.</summary>
/// <remarks>Safe for many threads and processes at once. One row for each model and account: who asks again while
/// nobody has decided changes nothing, so that asking cannot fill the database.</remarks>
public sealed class AccessStore
{
    private const string Columns =
        "m.name, a.who, a.state, a.asked, a.reason, a.decided, a.decided_by, a.decision_reason";

    private readonly Database _database;
    private readonly TimeProvider _clock;

    private AccessStore(Database database, TimeProvider clock) => (_database, _clock) = (database, clock);

    /// <summary>Opens a registry; makes it where there is none yet.</summary>
    /// <param name="address">As of <see cref="ModelStore.OpenAsync"/>; <c>Contents</c> may be left out.</param>
    /// <param name="clock">Tells the time; null for the system's.</param>
    /// <param name="cancellationToken">Leaves the registry as it was.</param>
    /// <exception cref="ArgumentException">It is no address.</exception>
    /// <exception cref="IOException">The database does not answer.</exception>
    /// <exception cref="InvalidDataException">A newer MaaS has changed the registry.</exception>
    public static async Task<AccessStore> OpenAsync(
        string address, TimeProvider? clock = null, CancellationToken cancellationToken = default)
        => new(
            await Database.OpenAsync(RegistryAddress.ParseDatabase(address), cancellationToken).ConfigureAwait(false),
            clock ?? TimeProvider.System);

    /// <summary>Asks for a model; a request that was refused is open again, one that is open or granted stays as it
    /// is.</summary>
    /// <param name="model">The model.</param>
    /// <param name="who">The account that asks.</param>
    /// <param name="reason">Why; null to say nothing.</param>
    /// <param name="cancellationToken">Leaves everything as it was.</param>
    /// <returns>The request as it stands now.</returns>
    /// <exception cref="KeyNotFoundException">There is no such model.</exception>
    public Task<AccessRequest> AskAsync(
        string model, string who, string? reason, CancellationToken cancellationToken = default)
        => ChangeAsync(
            model, who,
            """
            INSERT INTO access (model, who, state, asked, reason) VALUES (@model, @who, 'asked', @now, @reason)
            ON CONFLICT (model, who) DO UPDATE SET state = 'asked', asked = @now, reason = @reason,
                decided = NULL, decided_by = NULL, decision_reason = NULL WHERE access.state = 'refused'
            """,
            cancellationToken, ("@reason", reason));

    /// <summary>Decides a request, also one that was decided before, or gives access to somebody who has not asked.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="who">The account.</param>
    /// <param name="granted">Whether they may download.</param>
    /// <param name="change">Who decides, and why.</param>
    /// <param name="cancellationToken">Leaves everything as it was.</param>
    /// <returns>The request as it stands now.</returns>
    /// <exception cref="KeyNotFoundException">There is no such model.</exception>
    public Task<AccessRequest> DecideAsync(
        string model, string who, bool granted, Change change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return ChangeAsync(
            model, who,
            """
            INSERT INTO access (model, who, state, asked, decided, decided_by, decision_reason)
            VALUES (@model, @who, @state, @now, @now, @by, @reason)
            ON CONFLICT (model, who) DO UPDATE SET
                state = @state, decided = @now, decided_by = @by, decision_reason = @reason
            """,
            cancellationToken, ("@state", granted ? "granted" : "refused"), ("@by", change.Who),
            ("@reason", change.Reason));
    }

    /// <summary>Every request, by model and account.</summary>
    /// <param name="model">One model; null for all.</param>
    /// <param name="who">One account; null for all.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<AccessRequest>> ListAsync(
        string? model = null, string? who = null, CancellationToken cancellationToken = default)
        => await _database.ReadAsync(
            connection => ListAsync(connection, null, model, who, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

    /// <summary>Counts a download.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">Its version.</param>
    /// <param name="who">The account.</param>
    /// <param name="cancellationToken">Counts nothing.</param>
    /// <exception cref="KeyNotFoundException">There is no such model.</exception>
    public async Task CountDownloadAsync(
        string model, long version, string who, CancellationToken cancellationToken = default)
        => await _database.WriteAsync(
            async (connection, transaction) => await connection.ExecuteAsync(
                """
                INSERT INTO downloads (model, version, who, times, last) VALUES (@model, @version, @who, 1, @now)
                ON CONFLICT (model, version, who) DO UPDATE SET times = downloads.times + 1, last = @now
                """,
                transaction, cancellationToken,
                ("@model", await ModelAsync(connection, transaction, model, cancellationToken).ConfigureAwait(false)),
                ("@version", version), ("@who", who), ("@now", VersionRows.Text(_clock.GetUtcNow())))
                .ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);

    /// <summary>How often each version was downloaded; versions that never were are left out.</summary>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyDictionary<(string Model, long Version), long>> DownloadsAsync(
        CancellationToken cancellationToken = default)
        => (await _database.ReadAsync(
            connection => connection.QueryAsync(
                "SELECT m.name, d.version, CAST(SUM(d.times) AS BIGINT) FROM downloads d "
                    + "JOIN models m ON m.id = d.model GROUP BY m.name, d.version",
                null, static r => (Key: (r.GetString(0), r.GetInt64(1)), Times: r.GetInt64(2)), cancellationToken),
            cancellationToken).ConfigureAwait(false)).ToDictionary(static r => r.Key, static r => r.Times);

    private async Task<AccessRequest> ChangeAsync(
        string model, string who, string sql, CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(who);
        return await _database.WriteAsync(
            async (connection, transaction) =>
            {
                var id = await ModelAsync(connection, transaction, model, cancellationToken).ConfigureAwait(false);
                await connection.ExecuteAsync(
                    sql, transaction, cancellationToken,
                    [
                        ("@model", id), ("@who", who), ("@now", VersionRows.Text(_clock.GetUtcNow())), .. parameters,
                    ]).ConfigureAwait(false);
                return (await ListAsync(connection, transaction, model, who, cancellationToken)
                    .ConfigureAwait(false))[0];
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static Task<List<AccessRequest>> ListAsync(
        DbConnection connection, DbTransaction? transaction, string? model, string? who,
        CancellationToken cancellationToken)
    {
        List<string> wanted = ["1 = 1"];
        List<(string, object?)> parameters = [];
        if (model is not null)
        {
            wanted.Add("m.name = @name");
            parameters.Add(("@name", model));
        }

        if (who is not null)
        {
            wanted.Add("a.who = @who");
            parameters.Add(("@who", who));
        }

        return connection.QueryAsync(
            $"SELECT {Columns} FROM access a JOIN models m ON m.id = a.model WHERE {string.Join(" AND ", wanted)} "
                + "ORDER BY m.name, a.who",
            transaction,
            static r => new AccessRequest(
                r.GetString(0), r.GetString(1), Enum.Parse<AccessState>(r.GetString(2), ignoreCase: true),
                Time(r.GetString(3)), r.TextOrNull(4), r.TextOrNull(5) is { } decided ? Time(decided) : null,
                r.TextOrNull(6), r.TextOrNull(7)),
            cancellationToken, [.. parameters]);
    }

    private static async Task<long> ModelAsync(
        DbConnection connection, DbTransaction transaction, string model, CancellationToken cancellationToken)
        => (await VersionRows.ModelAsync(connection, transaction, model, cancellationToken).ConfigureAwait(false))?.Id
            ?? throw new KeyNotFoundException($"Registry: expected a model that is there, got '{model}'.");

    private static DateTimeOffset Time(string text)
        => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}
