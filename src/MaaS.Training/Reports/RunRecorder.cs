namespace MaaS.Training.Reports;

/// <summary>Remembers how a run went, for its <see cref="RunReport"/>, and passes on what it hears.</summary>
/// <param name="next">Who hears the same; null for nobody.</param>
/// <remarks>Not thread-safe: the trainer reports on the thread that trains.</remarks>
public sealed class RunRecorder(IProgress<TrainingProgress>? next = null) : IProgress<TrainingProgress>
{
    // About ten reports a second would make a long run's page heavy: every other one goes when there are too many.
    private const int MostPoints = 600;

    private readonly List<RunPoint> _points = [];
    private readonly List<EpochResult> _epochs = [];
    private TrainingProgress? _last;
    private int _stride = 1;
    private int _reports;

    /// <summary>Moments of the run, in order.</summary>
    public IReadOnlyList<RunPoint> Points => _points;

    /// <summary>The completed epochs.</summary>
    public IReadOnlyList<EpochResult> Epochs => _epochs;

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Completed is { } epoch)
        {
            _epochs.Add(epoch);
        }

        if (value.Warning is null && (value.Completed is not null || _reports++ % _stride == 0))
        {
            Add(value);
        }

        next?.Report(value);
    }

    private void Add(TrainingProgress value)
    {
        var share = value.Completed is null ? (double)value.Sample / Math.Max(1, value.Samples) : 1;
        _points.Add(
            new RunPoint(
                value.Epoch - 1 + share, value.Loss,
                value.LearningRate > 0 ? value.LearningRate : value.Completed?.LearningRate, Speed(value)));
        _last = value;
        if (_points.Count >= MostPoints)
        {
            for (var i = _points.Count - 1; i > 0; i -= 2)
            {
                _points.RemoveAt(i);
            }

            _stride *= 2;
        }
    }

    // Since the point before, where the trainer tells the mean of the epoch so far.
    private double Speed(TrainingProgress value)
    {
        if (_last is not { } last || last.Epoch != value.Epoch || last.Sample >= value.Sample)
        {
            return value.SamplesPerSecond;
        }

        var seconds = (value.Sample / value.SamplesPerSecond) - (last.Sample / last.SamplesPerSecond);
        return seconds > 0 ? (value.Sample - last.Sample) / seconds : value.SamplesPerSecond;
    }
}
