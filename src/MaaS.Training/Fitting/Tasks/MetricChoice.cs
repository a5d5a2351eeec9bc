namespace MaaS.Training.Fitting.Tasks;

/// <summary>The metrics that fit a task, and those of them that are kept.</summary>
internal sealed class MetricChoice
{
    private readonly string _task;
    private readonly IReadOnlyList<TaskMetric> _known;
    private readonly TaskMetric[] _chosen;

    /// <summary>Keeps some metrics.</summary>
    /// <param name="task">What errors call the task.</param>
    /// <param name="known">All that fit it.</param>
    /// <param name="names">Those that are kept.</param>
    /// <exception cref="ArgumentException">A name is not one of a metric that fits, or stands twice.</exception>
    public MetricChoice(string task, IReadOnlyList<TaskMetric> known, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        (_task, _known, Names) = (task, known, [.. names]);
        _chosen = [.. names.Select(Find)];
        if (_chosen.Distinct().Count() < _chosen.Length)
        {
            throw new ArgumentException($"{task}: expected each metric once, got {string.Join(", ", names)}.");
        }
    }

    /// <summary>What errors call the task.</summary>
    public string Task => _task;

    /// <summary>Names of those that are kept.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether outputs and targets have to be collected.</summary>
    public bool Collects => Array.Exists(_chosen, static m => m.OfEpoch);

    /// <summary>Names of those that are taken of a whole validation set.</summary>
    public IEnumerable<string> OfEpoch => _chosen.Where(static m => m.OfEpoch).Select(static m => m.Name);

    /// <summary>The same task with other metrics.</summary>
    public MetricChoice With(IReadOnlyList<string> names) => new(_task, _known, names);

    /// <summary>Whether a metric is kept.</summary>
    public bool Has(string name) => Array.Exists(_chosen, m => m.Name == name);

    /// <summary>Whether a greater value of a metric is a better one.</summary>
    /// <exception cref="ArgumentException">The metric does not fit the task.</exception>
    public bool GreaterIsBetter(string name) => Find(name).GreaterIsBetter;

    private TaskMetric Find(string name)
        => _known.FirstOrDefault(m => m.Name == name)
            ?? throw new ArgumentException(
                $"{_task}: expected metrics among {string.Join(", ", _known.Select(static m => m.Name))}, got "
                    + $"'{name}'.");
}
