using System.Data.Common;
using System.Globalization;

namespace MaaS.Registry.Storage;

/// <summary>The tables, as a list of steps: version n of the schema is what the first n steps make. A step that was
/// released never changes; a new one is added at the end.</summary>
internal static class Migrations
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE registry (id TEXT NOT NULL);
        CREATE TABLE models (
            id {identity},
            name TEXT NOT NULL UNIQUE,
            last_version BIGINT NOT NULL DEFAULT 0,
            needs_approval INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE versions (
            model BIGINT NOT NULL REFERENCES models (id),
            version BIGINT NOT NULL,
            stage TEXT NOT NULL,
            created TEXT NOT NULL,
            creator TEXT NOT NULL,
            description TEXT,
            manifest TEXT NOT NULL,
            PRIMARY KEY (model, version));
        CREATE TABLE files (
            model BIGINT NOT NULL,
            version BIGINT NOT NULL,
            path TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            bytes BIGINT NOT NULL,
            PRIMARY KEY (model, version, path),
            FOREIGN KEY (model, version) REFERENCES versions (model, version) ON DELETE CASCADE);
        CREATE TABLE tags (
            model BIGINT NOT NULL,
            version BIGINT NOT NULL,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (model, version, name),
            FOREIGN KEY (model, version) REFERENCES versions (model, version) ON DELETE CASCADE);
        CREATE TABLE aliases (
            model BIGINT NOT NULL,
            alias TEXT NOT NULL,
            version BIGINT NOT NULL,
            PRIMARY KEY (model, alias),
            FOREIGN KEY (model, version) REFERENCES versions (model, version));
        CREATE TABLE approvals (
            model BIGINT NOT NULL,
            version BIGINT NOT NULL,
            approver TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (model, version, approver),
            FOREIGN KEY (model, version) REFERENCES versions (model, version) ON DELETE CASCADE);
        CREATE TABLE history (
            id {identity},
            model BIGINT NOT NULL REFERENCES models (id),
            version BIGINT,
            at TEXT NOT NULL,
            who TEXT NOT NULL,
            action TEXT NOT NULL,
            detail TEXT,
            previous BIGINT,
            reason TEXT);
        CREATE INDEX history_model ON history (model, id);
        """,
        """
        CREATE TABLE studies (
            id {identity},
            name TEXT NOT NULL UNIQUE,
            definition TEXT NOT NULL,
            created BIGINT NOT NULL,
            trials BIGINT NOT NULL DEFAULT 0);
        CREATE TABLE trials (
            study BIGINT NOT NULL REFERENCES studies (id),
            number BIGINT NOT NULL,
            state TEXT NOT NULL,
            origin TEXT,
            parameters TEXT,
            results TEXT,
            attributes TEXT,
            note TEXT,
            attempts INTEGER NOT NULL,
            worker TEXT,
            hold TEXT,
            heartbeat BIGINT,
            created BIGINT NOT NULL,
            started BIGINT,
            ended BIGINT,
            PRIMARY KEY (study, number));
        CREATE INDEX trials_state ON trials (study, state);
        CREATE TABLE reports (
            study BIGINT NOT NULL,
            trial BIGINT NOT NULL,
            step BIGINT NOT NULL,
            value DOUBLE PRECISION,
            PRIMARY KEY (study, trial, step),
            FOREIGN KEY (study, trial) REFERENCES trials (study, number) ON DELETE CASCADE);
        """,
        """
        CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            kind TEXT NOT NULL,
            outcome TEXT NOT NULL,
            started TEXT NOT NULL,
            ended TEXT,
            beat TEXT NOT NULL,
            who TEXT NOT NULL,
            host TEXT NOT NULL,
            command TEXT,
            error TEXT);
        CREATE INDEX runs_started ON runs (started);
        CREATE TABLE run_values (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (run, kind, name));
        CREATE TABLE run_metrics (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            number BIGINT NOT NULL,
            name TEXT NOT NULL,
            step BIGINT NOT NULL,
            at TEXT NOT NULL,
            value DOUBLE PRECISION,
            PRIMARY KEY (run, number));
        CREATE TABLE run_artifacts (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            bytes BIGINT NOT NULL,
            PRIMARY KEY (run, name));
        """,
        """
        CREATE TABLE servers (
            id TEXT PRIMARY KEY,
            address TEXT NOT NULL,
            grpc_address TEXT,
            state TEXT NOT NULL,
            models TEXT NOT NULL,
            in_flight BIGINT NOT NULL,
            expires BIGINT NOT NULL);
        """,
        """
        CREATE TABLE access (
            model BIGINT NOT NULL REFERENCES models (id),
            who TEXT NOT NULL,
            state TEXT NOT NULL,
            asked TEXT NOT NULL,
            reason TEXT,
            decided TEXT,
            decided_by TEXT,
            decision_reason TEXT,
            PRIMARY KEY (model, who));
        CREATE TABLE downloads (
            model BIGINT NOT NULL,
            version BIGINT NOT NULL,
            who TEXT NOT NULL,
            times BIGINT NOT NULL,
            last TEXT NOT NULL,
            PRIMARY KEY (model, version, who),
            FOREIGN KEY (model, version) REFERENCES versions (model, version) ON DELETE CASCADE);
        """,
    ];

    /// <summary>Version of the schema that this program knows.</summary>
    public static int Newest => Steps.Length;

    /// <summary>Takes the steps that a database lacks.</summary>
    /// <param name="dialect">The kind of database.</param>
    /// <param name="connection">Open.</param>
    /// <param name="transaction">Holds the lock on the schema.</param>
    /// <param name="cancellationToken">Leaves the schema as it was.</param>
    /// <param name="upTo">Last step to take; for tests, which start from every earlier version.</param>
    /// <exception cref="InvalidDataException">The database is at a newer version.</exception>
    public static async Task RunAsync(
        IDialect dialect, DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken,
        int? upTo = null)
    {
        await connection.ExecuteAsync(
            "CREATE TABLE IF NOT EXISTS maas_schema (version INTEGER NOT NULL)", transaction, cancellationToken)
            .ConfigureAwait(false);
        var found = await connection.QueryAsync(
            "SELECT version FROM maas_schema", transaction, static r => r.GetInt32(0), cancellationToken)
            .ConfigureAwait(false);
        var version = found.Count > 0 ? found[0] : 0;
        if (version > Steps.Length)
        {
            throw new InvalidDataException(
                $"Registry: expected a database of version {Steps.Length} or older, got version {version}; a newer "
                    + "MaaS "
                    + "has changed it: use that one.");
        }

        var last = upTo ?? Steps.Length;
        if (version >= last)
        {
            return;
        }

        foreach (var step in Steps.Take(last).Skip(version))
        {
            await connection.ExecuteAsync(
                step.Replace("{identity}", dialect.Identity, StringComparison.Ordinal), transaction, cancellationToken)
                .ConfigureAwait(false);
        }

        await connection.ExecuteAsync("DELETE FROM maas_schema", transaction, cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(
            string.Create(CultureInfo.InvariantCulture, $"INSERT INTO maas_schema (version) VALUES ({last})"),
            transaction, cancellationToken).ConfigureAwait(false);
    }
}
