using System.Data.Common;
using MaaS.Registry.Studies;

namespace MaaS.Training.Tuning;

/// <content>Runs trials until a limit is reached.</content>
public sealed partial class Study
{
    // How often is looked whether a trial of another process has come free.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>Runs trials of one objective until a limit is reached.</summary>
    /// <inheritdoc cref="OptimizeAsync(Func{Trial, CancellationToken, Task{IReadOnlyList{double}}}, OptimizeOptions,
    /// IProgress{TrialRecord}, CancellationToken)"/>
    public Task<StudyResult> OptimizeAsync(
        Func<Trial, CancellationToken, Task<double>> objective, OptimizeOptions options,
        IProgress<TrialRecord>? progress = null, CancellationToken cancellationToken = default)
        => OptimizeAsync(
            async (trial, token) => (IReadOnlyList<double>)[await objective(trial, token).ConfigureAwait(false)],
            options, progress, cancellationToken);

    /// <summary>Runs trials until a limit is reached, and then waits for the trials of other processes, one of which
    /// may die.</summary>
    /// <param name="objective">Runs a trial and gives its values. Its token says that the time is over or that another
    /// worker has the trial; the trial waits for the next call then.</param>
    /// <param name="options">The limits.</param>
    /// <param name="progress">Gets each trial that ended here, on the thread that ran it; null for none.</param>
    /// <param name="cancellationToken">Stops; trials that run wait for the next call.</param>
    /// <returns>What the study has come to.</returns>
    /// <exception cref="ArgumentException">There is no limit, or one is out of its range.</exception>
    public async Task<StudyResult> OptimizeAsync(
        Func<Trial, CancellationToken, Task<IReadOnlyList<double>>> objective, OptimizeOptions options,
        IProgress<TrialRecord>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(options);
        options.Check(_options.Sampler.Points(Space) is not null);
        using var budget = new CancellationTokenSource(options.Budget ?? Timeout.InfiniteTimeSpan, _options.Clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, budget.Token);
        var active = options.Parallelism;

        await Task.WhenAll(Enumerable.Range(0, options.Parallelism).Select(_ => Task.Run(
            async () =>
            {
                try
                {
                    await WorkAsync().ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    // The time is over, or another worker of this process failed and its exception is thrown.
                }
                catch
                {
                    await stop.CancelAsync().ConfigureAwait(false);
                    throw;
                }
            },
            CancellationToken.None))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return await ResultAsync(cancellationToken).ConfigureAwait(false);

        async Task WorkAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                var most = await HasPatienceAsync(options, stop.Token).ConfigureAwait(false) ? options.Trials : 0;
                var (trial, othersRun) = await ClaimAsync(most, stop.Token).ConfigureAwait(false);
                if (trial is not null)
                {
                    await RunAsync(trial, objective, options, progress, stop.Token).ConfigureAwait(false);
                }
                else if (Interlocked.Decrement(ref active) > 0 || !othersRun)
                {
                    return;   // Another worker of this process looks on, or all trials are over.
                }
                else
                {
                    Interlocked.Increment(ref active);
                    await Task.Delay(Poll, _options.Clock, stop.Token).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task<bool> HasPatienceAsync(OptimizeOptions options, CancellationToken cancellationToken)
        => options.Patience is not { } patience
            || (await ResultAsync(cancellationToken).ConfigureAwait(false)).TrialsSinceImprovement < patience;

    private async Task RunAsync(
        Trial trial, Func<Trial, CancellationToken, Task<IReadOnlyList<double>>> objective, OptimizeOptions options,
        IProgress<TrialRecord>? progress, CancellationToken stop)
    {
        using var lost = new CancellationTokenSource();
        using var over = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, lost.Token);
        var beats = BeatAsync(trial, lost, over.Token);
        var ended = false;
        try
        {
            var values = await objective(trial, either.Token).ConfigureAwait(false);
            ended = await EndAsync(trial, values).ConfigureAwait(false);
        }
        catch (TrialPrunedException)
        {
            ended = await trial.PruneAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TrialLostException
            || (e is OperationCanceledException && lost.IsCancellationRequested))
        {
            return;   // Another worker has the trial, and its word counts.
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await trial.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
            return;
        }
        catch (Exception e)
        {
            var isTolerated = options.Tolerates?.Invoke(e) == true;
            if (!isTolerated)
            {
                trial.Note(TrialRecord.EndedStudy, e.GetType().Name);
            }

            ended = await trial.FailAsync(e.Message, CancellationToken.None).ConfigureAwait(false);
            if (!isTolerated)
            {
                throw;
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await beats.ConfigureAwait(false);
        }

        if (ended && progress is not null)
        {
            progress.Report(
                (await TrialsAsync(CancellationToken.None).ConfigureAwait(false)).First(t => t.Number == trial.Number));
        }
    }

    private static Task<bool> EndAsync(Trial trial, IReadOnlyList<double> values)
        => trial.PruneAdvised ? trial.PruneAsync(CancellationToken.None)
            : values.All(double.IsFinite) ? trial.CompleteAsync(values, CancellationToken.None)
            : trial.FailAsync(
                $"expected finite values, got [{string.Join(", ", values)}]", CancellationToken.None);

    private async Task BeatAsync(Trial trial, CancellationTokenSource lost, CancellationToken over)
    {
        using var timer = new PeriodicTimer(_options.Heartbeat, _options.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                try
                {
                    if (!await trial.BeatAsync(over).ConfigureAwait(false))
                    {
                        await lost.CancelAsync().ConfigureAwait(false);
                        return;
                    }
                }
                catch (Exception e) when (e is DbException or IOException)
                {
                    // A database that does not answer now may answer at the next beat; if it never does, the end of the
                    // trial cannot be written, and that is thrown.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The trial is over.
        }
    }
}
