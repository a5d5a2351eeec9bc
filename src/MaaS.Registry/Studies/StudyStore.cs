using System.Data.Common;
using MaaS.Registry.Storage;

namespace MaaS.Registry.Studies;

/// <summary>Studies in the database of a registry: SQLite for the processes of one machine, PostgreSQL for those of
/// many.</summary>
/// <remarks>Claims of one study are one transaction after the other. Heartbeats carry the time of the worker's clock:
/// clocks of machines that share a study have to agree within the timeout.</remarks>
public sealed class StudyStore : IStudyStore
{
    private readonly Database _database;
    private readonly TimeProvider _clock;

    private StudyStore(Database database, TimeProvider clock) => (_database, _clock) = (database, clock);

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Opens a database; makes it where there is none yet, and brings an older one up to date.</summary>
    /// <param name="address"><c>sqlite:FILE</c>, or <c>postgres:Host=…;Username=…;Database=…</c>; a registry's address
    /// will do.</param>
    /// <param name="clock">Tells heartbeats; null for the system's.</param>
    /// <param name="cancellationToken">Leaves the database as it was.</param>
    /// <exception cref="ArgumentException">The address has neither form.</exception>
    /// <exception cref="IOException">The database does not answer.</exception>
    /// <exception cref="InvalidDataException">A newer MaaS has changed the tables.</exception>
    public static async Task<StudyStore> OpenAsync(
        string address, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        var database = await Database.OpenAsync(RegistryAddress.ParseDatabase(address), cancellationToken)
            .ConfigureAwait(false);
        return new StudyStore(database, clock ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public async Task<StudyRecord> OpenAsync(
        string name, string definition, CancellationToken cancellationToken = default)
    {
        StudyNames.Check(name);
        await _database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                "INSERT INTO studies (name, definition, created) VALUES (@name, @definition, @now) "
                    + "ON CONFLICT (name) DO NOTHING",
                transaction, cancellationToken, ("@name", name), ("@definition", definition), ("@now", Now)),
            cancellationToken).ConfigureAwait(false);
        return (await FindAsync(name, cancellationToken).ConfigureAwait(false))!;
    }

    /// <inheritdoc/>
    public async Task<StudyRecord?> FindAsync(string name, CancellationToken cancellationToken = default)
        => (await _database.ReadAsync(
            connection => connection.QueryAsync(
                "SELECT id, name, definition, created FROM studies WHERE name = @name", null,
                static r => new StudyRecord(
                    r.GetInt64(0), r.GetString(1), r.GetString(2),
                    DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(3))),
                cancellationToken, ("@name", name)),
            cancellationToken).ConfigureAwait(false)).FirstOrDefault();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TrialRecord>> TrialsAsync(
        long study, CancellationToken cancellationToken = default)
        => await _database.ReadAsync(
            async connection => await TrialRows.WithReportsAsync(
                connection, study,
                await TrialRows.ReadAsync(connection, null, study, "TRUE", cancellationToken).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<TrialClaim> ClaimAsync(
        long study, ClaimRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await _database.WriteAsync(
            async (connection, transaction) =>
            {
                var change = await StudyChange.BeginAsync(connection, transaction, study, Now, cancellationToken)
                    .ConfigureAwait(false);
                return await change.ClaimAsync(request).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<bool> SetParametersAsync(
        TrialHold hold, IReadOnlyDictionary<string, ParameterValue> parameters,
        CancellationToken cancellationToken = default)
        => HeldAsync(
            hold, "parameters = @parameters", cancellationToken, ("@parameters", ParameterText.Write(parameters)));

    /// <inheritdoc/>
    public Task<bool> BeatAsync(TrialHold hold, CancellationToken cancellationToken = default)
        => HeldAsync(hold, "heartbeat = @now", cancellationToken, ("@now", Now));

    /// <inheritdoc/>
    public Task<bool> ReportAsync(
        TrialHold hold, long atStep, double value, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(hold);
        return _database.WriteAsync(
            async (connection, transaction) =>
                await SetAsync(
                    connection, transaction, hold, "heartbeat = @now", cancellationToken, ("@now", Now))
                    .ConfigureAwait(false)
                && await connection.ExecuteAsync(
                    "INSERT INTO reports (study, trial, step, value) VALUES (@study, @trial, @step, @value) "
                        + "ON CONFLICT (study, trial, step) DO UPDATE SET value = @value",
                    transaction, cancellationToken, ("@study", hold.Study), ("@trial", hold.Number), ("@step", atStep),
                    ("@value", double.IsNaN(value) ? null : value)).ConfigureAwait(false) > 0,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> EndAsync(TrialHold hold, TrialOutcome outcome, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        outcome.Check();
        return HeldAsync(
            hold, "state = @state, results = @results, note = @note, attributes = @attributes, ended = @now",
            cancellationToken, ("@state", TrialRows.Text(outcome.State)), ("@results", TrialRows.Text(outcome.Values)),
            ("@note", outcome.Note),
            ("@attributes", outcome.Attributes is { } attributes ? ParameterText.Write(attributes) : null),
            ("@now", Now));
    }

    /// <inheritdoc/>
    public Task<bool> ReleaseAsync(TrialHold hold, CancellationToken cancellationToken = default)
        => HeldAsync(hold, "state = 'waiting', attempts = attempts - 1", cancellationToken);

    /// <inheritdoc/>
    public async Task<(long Number, bool Added)> AddAsync(
        long study, NewTrial trial, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trial);
        trial.Outcome?.Check();
        return await _database.WriteAsync(
            async (connection, transaction) =>
            {
                var change = await StudyChange.BeginAsync(connection, transaction, study, Now, cancellationToken)
                    .ConfigureAwait(false);
                return await change.AddAsync(trial).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> HeldAsync(
        TrialHold hold, string changes, CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters)
    {
        ArgumentNullException.ThrowIfNull(hold);
        return await _database.WriteAsync(
            (connection, transaction) => SetAsync(
                connection, transaction, hold, changes, cancellationToken, parameters),
            cancellationToken).ConfigureAwait(false);
    }

    // One statement: whether the trial is still held and the change are one step.
    private static async Task<bool> SetAsync(
        DbConnection connection, DbTransaction transaction, TrialHold hold, string changes,
        CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
        => await connection.ExecuteAsync(
            $"UPDATE trials SET {changes} WHERE study = @study AND number = @number AND state = 'running' "
                + "AND hold = @hold",
            transaction, cancellationToken,
            [("@study", hold.Study), ("@number", hold.Number), ("@hold", hold.Token), .. parameters])
            .ConfigureAwait(false) == 1;
}
