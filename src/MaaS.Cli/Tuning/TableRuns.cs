using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Registry.Studies;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Pipelines;
using MaaS.Tabular.Tables;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Cli.Tuning;

/// <summary>Compares learners of a table on the folds of <c>maas train</c>.</summary>
internal sealed class TableRuns : ITunedRuns
{
    private const string Seconds = "seconds";

    private readonly Table _table;
    private readonly TabularTrainerOptions _options;
    private readonly TabularComparison _comparison;

    /// <exception cref="UsageException">An objective is neither the metric nor seconds.</exception>
    public TableRuns(Table table, TabularTrainerOptions options, IReadOnlyList<string> objectives)
    {
        _comparison = new TabularComparison(table, options);
        var metric = _comparison.Metric;
        (_table, _options) = (table, options with { Task = _comparison.Task, Metric = metric.Name });
        Space = TabularSpaces.Join(_comparison.Spaces);
        var direction = metric.HigherIsBetter ? Direction.Maximize : Direction.Minimize;
        Objectives = [.. (objectives.Count == 0 ? [metric.Name] : objectives).Select(name => name switch
        {
            Seconds => new Objective(name, Direction.Minimize),
            _ when name == metric.Name => new Objective(name, direction),
            _ => throw new UsageException(
                $"--objective: expected {metric.Name} or {Seconds} for this table, got '{name}'; --metric says which "
                    + "metric."),
        })];
    }

    public SearchSpace Space { get; }

    public IReadOnlyList<Objective> Objectives { get; }

    public int? Epochs => null;

    public IReadOnlyList<double> Run(Trial trial, ParseResult line, CancellationToken cancellationToken)
    {
        var (learner, values) = TabularSpaces.Find(_comparison.Spaces, trial.Parameters);
        var measured = _comparison.Run(learner.Build(values), cancellationToken);
        trial.Note("standard-error", measured.StandardError);
        return [.. Objectives.Select(o => o.Name == Seconds ? measured.FitSeconds : measured.Mean)];
    }

    /// <summary>Trains the learner of a point as <c>maas train</c> trains its best one, and measures it on the rows
    /// held back.</summary>
    public TabularModel Train(
        IReadOnlyDictionary<string, ParameterValue> point, CancellationToken cancellationToken)
    {
        var (learner, values) = TabularSpaces.Find(_comparison.Spaces, point);
        var candidates = new Dictionary<string, ILearner> { [learner.Name] = learner.Build(values) };
        return TabularTrainer.Train(_table, _options with { Candidates = candidates }, null, cancellationToken);
    }

    public void Dispose()
    {
        // The table is the garbage collector's.
    }
}
