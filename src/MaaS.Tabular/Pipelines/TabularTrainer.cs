using System.Runtime.ExceptionServices;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Pipelines;

/// <summary>From a table to the best of several learners, tuned ones and ensembles of them, measured on rows that
/// nothing was chosen by.</summary>
public static class TabularTrainer
{
    private const int BootstrapDraws = 300;

    /// <summary>Trains.</summary>
    /// <param name="table">All rows, the label among the columns.</param>
    /// <param name="options">What to predict and how.</param>
    /// <param name="progress">Gets each candidate's row as it is done; null for none.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The model with its leaderboard and its scores on the rows held back.</returns>
    /// <exception cref="InvalidDataException">The label cannot be learned: missing, constant, a class of one
    /// row; or the metric is not defined on the rows of a split or those held back, as ROC AUC without rows of a
    /// class.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or folds would be empty.</exception>
    /// <exception cref="InvalidOperationException">No learner converged; where some do, those that do not are left out
    /// and a note says why.</exception>
    /// <exception cref="TimeoutException">The budget left time for no candidate.</exception>
    public static TabularModel Train(
        Table table, TabularTrainerOptions options, IProgress<CrossValidationResult>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var clock = new TrainingClock(options.Budget);
        // 1: what cannot teach is left out. 2: rows are held back, the others split.
        var plan = TabularPlan.Make(table, options);
        var task = plan.TrainTarget.Task;
        var metric =
            TabularMetrics.Find(options.Metric ?? (task == TabularTask.Classification ? "log-loss" : "rmse"), task);
        metric.CheckDefined(plan.TestTarget, "the rows held back");
        var candidates = options.Candidates ?? TabularCandidates.Default(task, plan.Train.Rows, options.Seed);
        if (options.Further is { } further)
        {
            candidates = new OrderedDictionary<string, ILearner>(candidates.Concat(further));
        }

        var spaces = options.Spaces ?? (options.Candidates is not null ? []
            : TabularSpaces.Default(task, plan.Train.Rows, plan.Train.Columns.Count, options.Seed));
        var tunes = spaces.Count > 0 && options.Trials != 0 && (clock.IsLimited || options.Trials is not null);
        var search = new TabularSearch(plan, options, metric, clock, progress);

        // 3: candidates on the same splits. 4: tuned ones. 5: the best joined.
        search.Compare(candidates, tunes, cancellationToken);
        if (tunes)
        {
            search.Tune(spaces, cancellationToken);
        }

        if (search.Contenders.Count == 0)
        {
            if (search.Refusal is { } refusal)
            {
                ExceptionDispatchInfo.Throw(refusal);
            }

            throw new TimeoutException(
                $"tabular training: no candidate was done within {options.Budget}; give more time.");
        }

        if (options.Ensembles && options.Time is null)
        {
            search.Join(cancellationToken);
        }

        // 6: the best on all rows that are not held back. 7: measured once.
        var (chosen, fit) = search.FitBest(cancellationToken);
        var predictions = fit.Predict(plan.Test);
        List<string> notes = [.. plan.Notes, .. search.Notes];
        if (options.Candidates is null && !LightGbm.IsAvailable)
        {
            notes.Add("gradient boosting left out: LightGBM's library does not load here (x64 with libgomp1)");
        }

        return new TabularModel
        {
            Fit = fit,
            Label = options.Label,
            Task = task,
            Classes = plan.TrainTarget.Classes,
            Best = chosen.Name,
            Parameters = chosen.Parameters,
            Members = chosen.Members,
            Leaderboard = Rank(search.Contenders, search.Unfinished, plan.Splits, metric),
            TestScores = TabularMetrics.Names(task).ToDictionary(
                static name => name, name => TabularMetrics.Find(name, task).Measure(predictions, plan.TestTarget)),
            TestInterval = BootstrapInterval.Of(predictions, plan.TestTarget, metric, draws: BootstrapDraws),
            Train = plan.Train,
            Test = plan.Test,
            TrainTarget = plan.TrainTarget,
            TestTarget = plan.TestTarget,
            Metric = metric,
            Notes = notes,
            Seed = options.Seed,
        };
    }

    private static Leaderboard Rank(
        IReadOnlyList<Contender> contenders, IReadOnlyList<string> unfinished, IReadOnlyList<Split> splits,
        Metric metric)
    {
        var ranked = contenders.OrderByDescending(static c => c.Goodness).Select(static c => c.Result).ToList();
        var best = ranked[0];
        return new Leaderboard(
            metric.Name,
            [
                .. ranked.Select(r =>
                {
                    var (low, high) = CorrectedTTest.Interval(r.Scores, splits);
                    var p = r == best ? 1 : CorrectedTTest.Compare(best.Scores, r.Scores, splits).P;
                    return new LeaderboardRow(r.Learner, r.Mean, r.StandardError, p, r.FitSeconds)
                    {
                        Low = low,
                        High = high,
                        RowMilliseconds = 1000 * r.RowSeconds,
                    };
                }),
            ],
            unfinished);
    }
}
