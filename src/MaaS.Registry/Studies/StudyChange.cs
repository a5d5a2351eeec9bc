using System.Data.Common;
using MaaS.Registry.Storage;

namespace MaaS.Registry.Studies;

/// <summary>Claims and additions inside a transaction that holds the study's row, so that they come one after the
/// other.</summary>
internal sealed class StudyChange
{
    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;
    private readonly long _study, _now;
    private readonly CancellationToken _cancellationToken;

    private StudyChange(
        DbConnection connection, DbTransaction transaction, long study, long now, CancellationToken cancellationToken)
        => (_connection, _transaction, _study, _now, _cancellationToken)
            = (connection, transaction, study, now, cancellationToken);

    /// <summary>Locks the study's row until the transaction ends.</summary>
    /// <exception cref="KeyNotFoundException">There is no such study.</exception>
    public static async Task<StudyChange> BeginAsync(
        DbConnection connection, DbTransaction transaction, long study, long now, CancellationToken cancellationToken)
    {
        var change = new StudyChange(connection, transaction, study, now, cancellationToken);
        return await change.RunAsync("UPDATE studies SET trials = trials WHERE id = @study").ConfigureAwait(false) == 1
            ? change : throw StudyNames.Missing(study);
    }

    public async Task<TrialClaim> ClaimAsync(ClaimRequest request)
    {
        await FreeAsync(request).ConfigureAwait(false);
        var number = await OneAsync("SELECT MIN(number) FROM trials WHERE study = @study AND state = 'waiting'")
            .ConfigureAwait(false);
        if (number is null)
        {
            if (request.MostTrials is { } most && await OneAsync(
                "SELECT COUNT(*) FROM trials WHERE study = @study AND (origin IS NULL OR origin = @given)",
                ("@given", TrialRecord.Given)).ConfigureAwait(false) >= most)
            {
                var running = await OneAsync(
                    "SELECT COUNT(*) FROM trials WHERE study = @study AND state = 'running'").ConfigureAwait(false);
                return new TrialClaim(null, null, running > 0);
            }

            number = await InsertAsync(TrialState.Waiting, null, null).ConfigureAwait(false);
        }

        // What an earlier attempt reported is not this one's.
        await RunAsync("DELETE FROM reports WHERE study = @study AND trial = @number", ("@number", number))
            .ConfigureAwait(false);
        var token = Guid.NewGuid().ToString("N");
        await RunAsync(
            "UPDATE trials SET state = 'running', attempts = attempts + 1, worker = @worker, hold = @hold, "
                + "heartbeat = @now, started = @now WHERE study = @study AND number = @number",
            ("@worker", request.Worker), ("@hold", token), ("@now", _now), ("@number", number)).ConfigureAwait(false);
        var trial = await TrialRows.ReadAsync(
            _connection, _transaction, _study, "number = @number", _cancellationToken, ("@number", number))
            .ConfigureAwait(false);
        return new TrialClaim(trial[0], new TrialHold(_study, number.Value, token), false);
    }

    public async Task<(long Number, bool Added)> AddAsync(NewTrial trial)
    {
        var text = ParameterText.Write(trial.Parameters);
        var known = await OneAsync(
            "SELECT MIN(number) FROM trials WHERE study = @study AND origin = @origin AND parameters = @parameters "
                + "AND (origin = @given OR COALESCE(results, '') = @results)",
            ("@origin", trial.Origin), ("@parameters", text), ("@given", TrialRecord.Given),
            ("@results", TrialRows.Text(trial.Outcome?.Values) ?? "")).ConfigureAwait(false);
        if (known is { } there)
        {
            return (there, false);
        }

        var number = await InsertAsync(trial.Outcome?.State ?? TrialState.Waiting, trial.Origin, text)
            .ConfigureAwait(false);
        if (trial.Outcome is { } outcome)
        {
            await RunAsync(
                "UPDATE trials SET results = @results, note = @note, attributes = @attributes, ended = @now "
                    + "WHERE study = @study AND number = @number",
                ("@results", TrialRows.Text(outcome.Values)), ("@note", outcome.Note),
                ("@attributes", outcome.Attributes is { } noted ? ParameterText.Write(noted) : null), ("@now", _now),
                ("@number", number)).ConfigureAwait(false);
        }

        foreach (var (step, value) in trial.Reports ?? new Dictionary<long, double>())
        {
            await RunAsync(
                "INSERT INTO reports (study, trial, step, value) VALUES (@study, @number, @step, @value)",
                ("@number", number), ("@step", step), ("@value", double.IsNaN(value) ? null : value))
                .ConfigureAwait(false);
        }

        return (number, true);
    }

    private async Task FreeAsync(ClaimRequest request)
    {
        (string, object?)[] dead =
            [("@alive", _now - (long)request.Timeout.TotalMilliseconds), ("@most", request.MostAttempts)];
        const string Silent = "WHERE study = @study AND state = 'running' AND heartbeat < @alive AND attempts";
        await RunAsync($"UPDATE trials SET state = 'waiting' {Silent} < @most", dead).ConfigureAwait(false);
        await RunAsync(
            $"UPDATE trials SET state = 'failed', note = @note, ended = @now {Silent} >= @most",
            [.. dead, ("@note", StudyNames.Died(request.MostAttempts)), ("@now", _now)]).ConfigureAwait(false);
    }

    private async Task<long> InsertAsync(TrialState state, string? origin, string? parameters)
    {
        var number = (await OneAsync("UPDATE studies SET trials = trials + 1 WHERE id = @study RETURNING trials - 1")
            .ConfigureAwait(false))!.Value;
        await RunAsync(
            "INSERT INTO trials (study, number, state, origin, parameters, attempts, created) "
                + "VALUES (@study, @number, @state, @origin, @parameters, 0, @now)",
            ("@number", number), ("@state", TrialRows.Text(state)), ("@origin", origin), ("@parameters", parameters),
            ("@now", _now)).ConfigureAwait(false);
        return number;
    }

    private Task<int> RunAsync(string sql, params (string Name, object? Value)[] parameters)
        => _connection.ExecuteAsync(sql, _transaction, _cancellationToken, [("@study", _study), .. parameters]);

    private async Task<long?> OneAsync(string sql, params (string Name, object? Value)[] parameters)
        => (await _connection.QueryAsync(
            sql, _transaction, static r => r.NumberOrNull(0), _cancellationToken, [("@study", _study), .. parameters])
            .ConfigureAwait(false))[0];
}
