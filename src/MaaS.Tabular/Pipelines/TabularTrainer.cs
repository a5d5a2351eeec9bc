using System.Diagnostics;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Pipelines;

/// <summary>From a table to the best of several learners, measured on rows that nothing was chosen by.</summary>
public static class TabularTrainer
{
    /// <summary>Trains.</summary>
    /// <param name="table">All rows, the label among the columns.</param>
    /// <param name="options">What to predict and how.</param>
    /// <param name="progress">Gets each candidate's row as it is done; null for none.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The model with its leaderboard and its scores on the rows held back.</returns>
    /// <exception cref="InvalidDataException">The label cannot be learned: missing, constant, a class of one
    /// row.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or folds would be empty.</exception>
    /// <exception cref="TimeoutException">The budget left time for no candidate.</exception>
    public static TabularModel Train(
        Table table, TabularTrainerOptions options, IProgress<CrossValidationResult>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        // 1: what cannot teach is left out. 2: rows are held back, the others split.
        var plan = TabularPlan.Make(table, options);
        var task = plan.TrainTarget.Task;
        var metric =
            TabularMetrics.Find(options.Metric ?? (task == TabularTask.Classification ? "log-loss" : "rmse"), task);
        var candidates = options.Candidates ?? TabularCandidates.Default(task, plan.Train.Rows, options.Seed);

        // 3: candidates on the same splits.
        var results = Compare(candidates, plan, metric, options, progress, cancellationToken);
        if (results.Count == 0)
        {
            throw new TimeoutException(
                $"tabular training: no candidate was done within {options.Budget}; give more time.");
        }

        var leaderboard = Rank(results, candidates, plan.Splits, metric);

        // 4: the best on all rows that are not held back. 5: measured once.
        var best = candidates[leaderboard.Rows[0].Name];
        var fit = TabularFit.Fit(best, plan.Train, plan.TrainTarget, options.Balanced, cancellationToken);
        var predictions = fit.Predict(plan.Test);
        return new TabularModel
        {
            Fit = fit,
            Label = options.Label,
            Task = task,
            Classes = plan.TrainTarget.Classes,
            Best = leaderboard.Rows[0].Name,
            Leaderboard = leaderboard,
            TestScores = TabularMetrics.Names(task).ToDictionary(
                static name => name, name => TabularMetrics.Find(name, task).Measure(predictions, plan.TestTarget)),
            Train = plan.Train,
            Test = plan.Test,
            Notes = options.Candidates is not null || LightGbm.IsAvailable ? plan.Notes
                : [.. plan.Notes, "gradient boosting left out: LightGBM's library does not load here (x64 with "
                    + "libgomp1)"],
            Seed = options.Seed,
        };
    }

    private static OrderedDictionary<string, CrossValidationResult> Compare(
        IReadOnlyDictionary<string, ILearner> candidates, TabularPlan plan, Metric metric,
        TabularTrainerOptions options,
        IProgress<CrossValidationResult>? progress, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var results = new OrderedDictionary<string, CrossValidationResult>();
        foreach (var (name, learner) in candidates)
        {
            if (!learner.Supports(plan.TrainTarget.Task))
            {
                throw new ArgumentException(
                    $"candidate '{name}': expected a learner for {plan.TrainTarget.Task}, got {learner.Name}.");
            }

            var left = options.Budget is { } budget ? budget - watch.Elapsed : Timeout.InfiniteTimeSpan;
            if (options.Budget is not null && left <= TimeSpan.Zero)
            {
                break;
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(left);
            try
            {
                var result = CrossValidation.Run(
                    learner, plan.Train, plan.TrainTarget, plan.Splits, metric, options.Balanced,
                    options.Parallelism == 0 ? Environment.ProcessorCount : options.Parallelism, limit.Token) with
                {
                    Learner = name,
                };
                results[name] = result;
                progress?.Report(result);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The budget ended: what is not done is listed as unfinished.
                break;
            }
        }

        return results;
    }

    private static Leaderboard Rank(
        OrderedDictionary<string, CrossValidationResult> results, IReadOnlyDictionary<string, ILearner> candidates,
        IReadOnlyList<Split> splits, Metric metric)
    {
        var ranked = results.OrderByDescending(r => metric.HigherIsBetter ? r.Value.Mean : -r.Value.Mean).ToList();
        var best = ranked[0].Value;
        return new Leaderboard(
            metric.Name,
            [
                .. ranked.Select(r => new LeaderboardRow(
                    r.Key, r.Value.Mean, r.Value.StandardError,
                    r.Value == best ? 1
                        : CorrectedTTest.Compare(best.Scores, r.Value.Scores, splits).P, r.Value.FitSeconds)),
            ],
            [.. candidates.Keys.Where(name => !results.ContainsKey(name))]);
    }
}
