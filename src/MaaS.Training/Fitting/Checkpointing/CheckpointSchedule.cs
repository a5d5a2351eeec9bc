using System.Diagnostics;
using MaaS.Training.Reports;

namespace MaaS.Training.Fitting.Checkpointing;

/// <summary>Writes a run's checkpoints when they are due, and finds the one to go on from.</summary>
internal sealed class CheckpointSchedule : IDisposable
{
    private readonly TrainerOptions _options;
    private readonly CheckpointContent _content;
    private readonly RunDescription _run;
    private readonly CheckpointStore _store;
    private readonly bool _writes;
    private long _written = Stopwatch.GetTimestamp();

    /// <param name="options">With a file or a folder of checkpoints.</param>
    /// <param name="content">What is kept.</param>
    /// <param name="run">What a resumed run must have the same.</param>
    /// <exception cref="IOException">Another run uses the place.</exception>
    public CheckpointSchedule(TrainerOptions options, CheckpointContent content, RunDescription run)
    {
        (_options, _content, _run) = (options, content, run);
        _writes = options.Processes is null or { Rank: 0 };
        _store = new CheckpointStore(options, _writes);
    }

    /// <summary>Whether a checkpoint is to be written after an update.</summary>
    /// <param name="step">Updates of the weights then.</param>
    public bool IsDue(long step)
        => _writes && _options.Checkpoints is { } checkpoints
            && (step % checkpoints.EverySteps == 0 || Stopwatch.GetElapsedTime(_written) >= checkpoints.Every);

    /// <summary>The state of the newest checkpoint, put into the run; null where there is none, or none is
    /// wanted.</summary>
    /// <param name="learn">Learns of the complete epochs before tensors are read.</param>
    /// <param name="warn">Learns what differs but does not forbid to go on.</param>
    /// <exception cref="InvalidDataException">The checkpoint does not fit, or not every process sees it.</exception>
    public (TrainingPosition Position, IReadOnlyList<EpochResult> Epochs)? Load(
        Action<IReadOnlyList<EpochResult>> learn, Action<string> warn)
    {
        var path = _options.Resume ? _store.Newest() : null;
        if (_options.Processes is { Size: > 1 } group)
        {
            Span<double> found = [path is null ? 0 : 1];
            group.Sum(found);
            if (found[0] > 0 && found[0] < group.Size)
            {
                throw new InvalidDataException(
                    $"Resume: expected that all {group.Size} processes see the checkpoint, got {found[0]}; put it "
                        + $"where "
                        + "all of them read.");
            }
        }

        return path is null ? null : TrainingState.Load(path, _content, _run, learn, warn);
    }

    /// <summary>Writes a checkpoint within an epoch.</summary>
    public void StepDone(
        TrainingPosition position, IReadOnlyList<EpochResult> epochs, Action<string> saved, Action<string> warn)
        => Write(position, epochs, best: false, saved, warn);

    /// <summary>Writes a checkpoint after an epoch, if one is due.</summary>
    /// <param name="position">The next epoch's beginning.</param>
    /// <param name="epochs">The complete ones.</param>
    /// <param name="best">Whether the last of them is the best so far.</param>
    /// <param name="last">Whether the run is complete.</param>
    /// <param name="saved">Learns of the file.</param>
    /// <param name="warn">Learns why there is none.</param>
    public void EpochDone(
        TrainingPosition position, IReadOnlyList<EpochResult> epochs, bool best, bool last, Action<string> saved,
        Action<string> warn)
    {
        if (_options.Checkpoints is not { } checkpoints || last || epochs.Count % checkpoints.EveryEpochs == 0
            || (best && checkpoints.KeepBest))
        {
            Write(position, epochs, best, saved, warn);
        }
    }

    public void Dispose() => _store.Dispose();

    // A full disk costs the checkpoint, not the run.
    private void Write(
        TrainingPosition position, IReadOnlyList<EpochResult> epochs, bool best, Action<string> saved,
        Action<string> warn)
    {
        if (!_writes)
        {
            return;
        }

        string path;
        try
        {
            path = _store.Write(
                position.Steps, best, target => TrainingState.Save(target, _content, position, epochs, _run));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn($"the checkpoint of step {position.Steps} could not be written ({e.Message}); the run goes on and "
                + "tries again at the next one");
            return;
        }

        _written = Stopwatch.GetTimestamp();
        saved(path);
    }
}
