using System.Data.Common;
using System.Security.Cryptography;
using MaaS.Registry.Storage;

namespace MaaS.Registry.Runs;

/// <summary>
/// Runs of training, tuning and measuring: parameters, metrics by step, environment, data, files and outcome, in the
/// registry's database.
/// </summary>
/// <remarks>Safe for many threads and processes at once, with PostgreSQL from many machines, whose clocks must agree to
/// within half a minute: a run whose process was not heard of for <see cref="SilentSeconds"/> shows as
/// killed.</remarks>
public sealed class RunStore
{
    /// <summary>After so many seconds without a sign of its process a run shows as killed.</summary>
    public const int SilentSeconds = 60;

    private readonly Database _database;
    private readonly TimeProvider _clock;

    private RunStore(Database database, TimeProvider clock) => (_database, _clock) = (database, clock);

    /// <summary>Opens the runs of a registry; makes the registry where there is none yet.</summary>
    /// <param name="address">As of <see cref="Versions.ModelStore.OpenAsync"/>; runs need no folder of
    /// contents, so that <c>Contents</c> may be left out.</param>
    /// <param name="clock">Tells the time; null for the system's.</param>
    /// <param name="cancellationToken">Leaves the registry as it was.</param>
    /// <exception cref="ArgumentException">It is no address.</exception>
    /// <exception cref="IOException">The database does not answer.</exception>
    /// <exception cref="InvalidDataException">A newer MaaS has changed the registry.</exception>
    public static async Task<RunStore> OpenAsync(
        string address, TimeProvider? clock = null, CancellationToken cancellationToken = default)
        => new(
            await Database.OpenAsync(RegistryAddress.ParseDatabase(address), cancellationToken).ConfigureAwait(false),
            clock ?? TimeProvider.System);

    /// <summary>Begins a run.</summary>
    /// <param name="run">What is known of it.</param>
    /// <param name="cancellationToken">Leaves no run behind.</param>
    /// <returns>What the run writes to, until it is disposed.</returns>
    /// <exception cref="IOException">The database does not answer.</exception>
    public async Task<RunLog> StartAsync(NewRun run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrWhiteSpace(run.Name);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        await _database.WriteAsync(
            async (connection, transaction) =>
            {
                await RunRows.InsertAsync(connection, transaction, id, run, _clock.GetUtcNow(), cancellationToken)
                    .ConfigureAwait(false);
                return 0;
            },
            cancellationToken).ConfigureAwait(false);
        return new RunLog(id, _database, _clock);
    }

    /// <summary>Runs, the newest first.</summary>
    /// <param name="kind">One kind; null for all.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<RunRecord>> ListAsync(
        string? kind = null, int most = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return await _database.ReadAsync(
            async connection =>
            {
                var ids = await connection.QueryAsync(
                    "SELECT id FROM runs WHERE (@kind = '' OR kind = @kind) ORDER BY started DESC, id LIMIT @most",
                    null, static r => r.GetString(0), cancellationToken, ("@kind", kind ?? ""), ("@most", (long)most))
                    .ConfigureAwait(false);
                List<RunRecord> runs = [];
                foreach (var id in ids)
                {
                    // A run may be deleted between the two queries.
                    if (await RunRows.ReadAsync(connection, id, Silent, cancellationToken).ConfigureAwait(false)
                        is { } run)
                    {
                        runs.Add(run);
                    }
                }

                return runs;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One run.</summary>
    /// <param name="id">Its identifier or the beginning of it, or the name of a run, of which the newest is
    /// meant.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <exception cref="KeyNotFoundException">There is none, or several identifiers begin so.</exception>
    public async Task<RunRecord> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return await _database.ReadAsync(
            async connection =>
            {
                var found = await RunRows.FindAsync(connection, id, cancellationToken).ConfigureAwait(false);
                return await RunRows.ReadAsync(connection, found, Silent, cancellationToken).ConfigureAwait(false)
                    ?? throw new KeyNotFoundException($"Runs: run {found} was deleted a moment ago.");
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All values of a metric, in the order in which they were written.</summary>
    /// <param name="id">As of <see cref="GetAsync"/>.</param>
    /// <param name="metric">Its name.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    public async Task<IReadOnlyList<MetricPoint>> MetricAsync(
        string id, string metric, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentException.ThrowIfNullOrEmpty(metric);
        return await _database.ReadAsync(
            async connection => await RunRows.MetricAsync(
                connection, await RunRows.FindAsync(connection, id, cancellationToken).ConfigureAwait(false), metric,
                cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes a value by name; an earlier one of that name is replaced.</summary>
    /// <param name="id">As of <see cref="GetAsync"/>.</param>
    /// <param name="name">The tag.</param>
    /// <param name="value">Any text.</param>
    /// <param name="cancellationToken">Leaves the run as it was.</param>
    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    public Task TagAsync(string id, string name, string value, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        return ChangeAsync(
            id,
            (connection, transaction, run) => RunRows.SetAsync(
                connection, transaction, run, [(RunRows.Tag, name, value)], cancellationToken),
            cancellationToken);
    }

    /// <summary>Deletes a run with all that belongs to it.</summary>
    /// <param name="id">As of <see cref="GetAsync"/>.</param>
    /// <param name="cancellationToken">Leaves the run as it was.</param>
    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    /// <exception cref="InvalidOperationException">It is running.</exception>
    /// <returns>Its whole identifier.</returns>
    public Task<string> DeleteAsync(string id, CancellationToken cancellationToken = default)
        => ChangeAsync(
            id,
            async (connection, transaction, run) =>
            {
                var deleted = await connection.ExecuteAsync(
                    "DELETE FROM runs WHERE id = @id AND (outcome <> 'running' OR beat < @silent)", transaction,
                    cancellationToken, ("@id", run), ("@silent", RunRows.Text(Silent))).ConfigureAwait(false);
                if (deleted == 0)
                {
                    throw new InvalidOperationException(
                        $"Runs: expected a run that has ended, got {run}, which is running; stop it first.");
                }
            },
            cancellationToken);

    private DateTimeOffset Silent => _clock.GetUtcNow().AddSeconds(-SilentSeconds);

    private async Task<string> ChangeAsync(
        string id,
        Func<DbConnection, DbTransaction, string, Task> work,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return await _database.WriteAsync(
            async (connection, transaction) =>
            {
                var run = await RunRows.FindAsync(connection, id, cancellationToken, transaction).ConfigureAwait(false);
                await work(connection, transaction, run).ConfigureAwait(false);
                return run;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
