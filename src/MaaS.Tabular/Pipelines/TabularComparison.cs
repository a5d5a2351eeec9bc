using MaaS.Tabular.Learners;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Pipelines;

/// <summary>Cross-validates learners one by one on the rows that <see cref="TabularTrainer"/> learns from, by the
/// splits that it compares candidates on. The rows that it holds back are never looked at.</summary>
public sealed class TabularComparison
{
    private readonly TabularPlan _plan;
    private readonly TabularTrainerOptions _options;

    /// <summary>Holds rows back and splits the others.</summary>
    /// <param name="table">All rows, the label among the columns.</param>
    /// <param name="options">As for <see cref="TabularTrainer.Train"/>; candidates, trials, ensembles and the budget
    /// have no effect.</param>
    /// <exception cref="InvalidDataException">The label cannot be learned: missing, constant, a class of one
    /// row.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or folds would be empty.</exception>
    public TabularComparison(Table table, TabularTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (_plan, _options) = (TabularPlan.Make(table, options), options);
        Metric = TabularMetrics.Find(
            options.Metric ?? (Task == TabularTask.Classification ? "log-loss" : "rmse"), Task);
        Spaces = options.Spaces
            ?? TabularSpaces.Default(Task, _plan.Train.Rows, _plan.Train.Columns.Count, options.Seed);
    }

    /// <summary>Classes or numbers.</summary>
    public TabularTask Task => _plan.TrainTarget.Task;

    /// <summary>What is measured.</summary>
    public Metric Metric { get; }

    /// <summary>Learners that suit the rows and the columns that are learned from, with the ranges of their
    /// options.</summary>
    public IReadOnlyList<TunableLearner> Spaces { get; }

    /// <summary>Measures a learner on every split.</summary>
    /// <param name="learner">The learner and the features that it asks for.</param>
    /// <param name="cancellationToken">Stops.</param>
    public CrossValidationResult Run(ILearner learner, CancellationToken cancellationToken = default)
        => CrossValidation.Run(
            learner, _plan.Train, _plan.TrainTarget, _plan.Splits, Metric, _options.Balanced,
            _options.Parallelism == 0 ? Environment.ProcessorCount : _options.Parallelism, cancellationToken);
}
