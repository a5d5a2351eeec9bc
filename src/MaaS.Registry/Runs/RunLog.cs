using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using MaaS.Registry.Storage;

namespace MaaS.Registry.Runs;

/// <summary>What a run writes to while it goes on.</summary>
/// <remarks>
/// <para>Writing never waits for the database: what is logged goes into a queue, which is written once a second in one
/// transaction. While the database does not answer the queue grows up to <see cref="MostQueued"/> entries; what does
/// not fit is counted in <see cref="Dropped"/>, and so is what could not be written at the end.</para>
/// <para>Safe for many threads. A run that is disposed of without <see cref="EndAsync"/> has failed.</para>
/// </remarks>
public sealed class RunLog : IAsyncDisposable
{
    /// <summary>Entries that wait for a database that does not answer, at most.</summary>
    public const int MostQueued = 200_000;

    private const int TicksBetweenBeats = 10;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Database _database;
    private readonly TimeProvider _clock;
    private readonly ConcurrentQueue<(long Number, string Name, long Step, DateTimeOffset At, double Value)>
        _metrics = [];
    private readonly ConcurrentQueue<(string Kind, string Name, string Value)> _values = [];
    private readonly ConcurrentQueue<RunArtifact> _artifacts = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _writing;
    private int _ticks;
    private long _number;
    private long _dropped;
    private bool _ended;

    internal RunLog(string id, Database database, TimeProvider clock)
    {
        (Id, _database, _clock) = (id, database, clock);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Identifier of the run.</summary>
    public string Id { get; }

    /// <summary>Entries that were lost because the database did not answer for too long.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Logs a value of a metric.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="step">Where the run stands, as the run counts.</param>
    /// <param name="value">The value; one that is not finite is kept as no number.</param>
    public void Metric(string name, long step, double value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Add(_metrics, (Interlocked.Increment(ref _number), name, step, _clock.GetUtcNow(), value));
    }

    /// <summary>Notes a parameter: what the result depends on.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Any text.</param>
    public void Parameter(string name, string value) => Value(RunRows.Parameter, name, value);

    /// <summary>Notes what the data is.</summary>
    /// <param name="name">Such as <c>fingerprint</c>.</param>
    /// <param name="value">Any text.</param>
    public void Data(string name, string value) => Value(RunRows.Data, name, value);

    /// <summary>Notes anything else.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Any text.</param>
    public void Tag(string name, string value) => Value(RunRows.Tag, name, value);

    /// <summary>Notes a file that the run wrote, with its hash.</summary>
    /// <param name="path">An existing file.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void Artifact(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var file = File.OpenRead(path);
        Add(_artifacts, new RunArtifact(path, Convert.ToHexStringLower(SHA256.HashData(file)), file.Length));
    }

    /// <summary>Ends the run and writes what is still queued; nothing is written after it.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <param name="error">Why it failed; null where it did not.</param>
    /// <exception cref="ArgumentOutOfRangeException">The outcome is none that a run can say of itself.</exception>
    /// <exception cref="KeyNotFoundException">The run was deleted while it went on.</exception>
    /// <exception cref="IOException">The database did not answer three times in a row, seconds apart; the run shows as
    /// killed.</exception>
    public async Task EndAsync(RunOutcome outcome = RunOutcome.Finished, string? error = null)
    {
        if (outcome is RunOutcome.Running or RunOutcome.Killed || !Enum.IsDefined(outcome))
        {
            throw new ArgumentOutOfRangeException(
                nameof(outcome), outcome, "Runs: expected Finished, Failed or Cancelled.");
        }

        if (_ended)
        {
            return;
        }

        _ended = true;
        await _ending.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await FlushAsync(
                    (connection, transaction) => UpdateAsync(
                        connection, transaction, "outcome = @outcome, ended = @now, beat = @now, error = @error",
                        ("@outcome", outcome.ToString().ToLower(CultureInfo.InvariantCulture)),
                        ("@error", error))).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is not KeyNotFoundException)
            {
                if (attempt == 3)
                {
                    Interlocked.Add(ref _dropped, _metrics.Count + _values.Count + _artifacts.Count);
                    throw new IOException(
                        $"Runs: expected a database that answers at the end of run {Id}, which now shows as killed, "
                            + $"with {Dropped} entries missing: {e.Message}", e);
                }

                await Task.Delay(attempt * Tick, _clock).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends the run as failed where it was not ended.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await EndAsync(RunOutcome.Failed, "The run did not say how it ended.").ConfigureAwait(false);
        }
        finally
        {
            _ending.Dispose();
        }
    }

    private void Value(string kind, string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        Add(_values, (kind, name, value));
    }

    private void Add<T>(ConcurrentQueue<T> queue, T entry)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        if (queue.Count >= MostQueued)
        {
            Interlocked.Increment(ref _dropped);
        }
        else
        {
            queue.Enqueue(entry);
        }
    }

    private async Task WriteAsync()
    {
        using var timer = new PeriodicTimer(Tick, _clock);
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(_ending.Token).ConfigureAwait(false);
                await TickAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception)
            {
                // What was queued is written when the database is there again, or said to be lost at the end.
            }
        }
    }

    private async Task TickAsync()
    {
        var beats = ++_ticks % TicksBetweenBeats == 0;
        if (beats || !_metrics.IsEmpty || !_values.IsEmpty || !_artifacts.IsEmpty)
        {
            await FlushAsync(
                (connection, transaction) => UpdateAsync(connection, transaction, "beat = @now"))
                .ConfigureAwait(false);
        }
    }

    // First, so that a run that somebody has deleted is named, not a key that is missing.
    private async Task UpdateAsync(
        DbConnection connection, DbTransaction transaction, string what, params (string, object?)[] more)
    {
        var updated = await connection.ExecuteAsync(
            $"UPDATE runs SET {what} WHERE id = @id", transaction, default,
            [("@now", RunRows.Text(_clock.GetUtcNow())), ("@id", Id), .. more]).ConfigureAwait(false);
        if (updated == 0)
        {
            throw new KeyNotFoundException($"Runs: run {Id} was deleted while it went on; nothing more of it is kept.");
        }
    }

    // Takes out of the queues only what was committed.
    private async Task FlushAsync(Func<DbConnection, DbTransaction, Task> update)
    {
        var (metrics, values, artifacts) = (_metrics.ToArray(), _values.ToArray(), _artifacts.ToArray());
        await _database.WriteAsync(
            async (connection, transaction) =>
            {
                await update(connection, transaction).ConfigureAwait(false);
                await RunRows.AddMetricsAsync(connection, transaction, Id, metrics, default).ConfigureAwait(false);
                await RunRows.SetAsync(connection, transaction, Id, values, default).ConfigureAwait(false);
                await RunRows.AddArtifactsAsync(connection, transaction, Id, artifacts, default).ConfigureAwait(false);
                return 0;
            },
            default).ConfigureAwait(false);
        Remove(_metrics, metrics.Length);
        Remove(_values, values.Length);
        Remove(_artifacts, artifacts.Length);
    }

    private static void Remove<T>(ConcurrentQueue<T> queue, int count)
    {
        while (count-- > 0)
        {
            queue.TryDequeue(out _);
        }
    }
}
