using System.Collections.Concurrent;
using MaaS.Registry.Studies;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Selection;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Pruning;
using MaaS.Training.Tuning.Sampling;

namespace MaaS.Tabular.Pipelines;

/// <summary>One study over several learners and their options; successive halving stops trials after the first
/// folds.</summary>
internal sealed class TabularTuning(
    IReadOnlyList<TunableLearner> learners, TabularPlan plan, TabularTrainerOptions options, Metric metric)
{
    private const int StartupTrials = 16;

    private readonly ConcurrentDictionary<long, TunedTrial> _done = [];

    /// <summary>How many trials were run, for people.</summary>
    public string Summary { get; private set; } = "";

    /// <summary>Runs trials.</summary>
    /// <param name="trials">Most trials; null for any number.</param>
    /// <param name="budget">Time; null for any.</param>
    /// <param name="parallelism">Trials at a time.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Trials that were measured on every split, in their order.</returns>
    public IReadOnlyList<TunedTrial> Run(
        int? trials, TimeSpan? budget, int parallelism, CancellationToken cancellationToken)
    {
        var result = RunAsync(trials, budget, parallelism, cancellationToken).GetAwaiter().GetResult();
        var counts = result.Trials.CountBy(static t => t.State).ToDictionary();
        int Count(TrialState state) => counts.GetValueOrDefault(state);
        Summary = $"tuning: {Count(TrialState.Complete)} trials, {Count(TrialState.Pruned)} stopped after the first "
            + $"folds, {Count(TrialState.Failed)} failed";
        return [.. _done.OrderBy(static t => t.Key).Select(static t => t.Value)];
    }

    private async Task<StudyResult> RunAsync(
        int? trials, TimeSpan? budget, int parallelism, CancellationToken cancellationToken)
    {
        var study = await Study.OpenAsync(
            TabularSpaces.Join(learners),
            new StudyOptions
            {
                Name = "table",
                Objectives =
                [
                    new Objective(metric.Name, metric.HigherIsBetter ? Direction.Maximize : Direction.Minimize),
                ],
                Sampler = new TpeSampler(new TpeOptions { StartupTrials = StartupTrials }),
                Pruner = new SuccessiveHalvingPruner(lastStep: plan.TuningSplits.Count),
                Seed = options.Seed,
            },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return await study.OptimizeAsync(
            ObjectiveAsync,
            new OptimizeOptions
            {
                Trials = trials,
                Budget = budget,
                Parallelism = parallelism,
                // Options that a learner refuses or with which it does not converge.
                Tolerates = static e => e is ArgumentException or InvalidOperationException,
            },
            cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private async Task<double> ObjectiveAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (learner, values) = TabularSpaces.Find(learners, trial.Parameters);
        var model = learner.Build(values);
        List<FoldResult> folds = [];
        foreach (var split in plan.TuningSplits)
        {
            cancellationToken.ThrowIfCancellationRequested();
            folds.Add(CrossValidation.Fold(
                model, plan.Train, plan.TrainTarget, split, metric, options.Balanced, withLatency: false,
                cancellationToken));
            var isLast = folds.Count == plan.TuningSplits.Count;
            if (!isLast && await trial.ReportAsync(folds.Count, folds.Average(static f => f.Score), cancellationToken)
                .ConfigureAwait(false))
            {
                throw new TrialPrunedException();
            }
        }

        var mean = folds.Average(static f => f.Score);
        if (double.IsFinite(mean))
        {
            _done[trial.Number] = new TunedTrial(
                learner, model, mean,
                values.ToDictionary(static v => v.Key, static v => v.Value.ToString(), StringComparer.Ordinal));
        }

        return mean;
    }
}

/// <summary>A trial that was measured on every split.</summary>
/// <param name="Learner">What was tuned.</param>
/// <param name="Model">The learner with the trial's options.</param>
/// <param name="Score">Its mean score on the splits of tuning.</param>
/// <param name="Parameters">Its options, as text.</param>
internal sealed record TunedTrial(
    TunableLearner Learner, ILearner Model, double Score, IReadOnlyDictionary<string, string> Parameters);
