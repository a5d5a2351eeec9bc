using MaaS.Tabular.Learners;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Selection.Stacking;

namespace MaaS.Tabular.Pipelines;

/// <summary>Compares candidates, tunes learners and joins the best on the same splits, in the time that there
/// is.</summary>
internal sealed class TabularSearch(
    TabularPlan plan, TabularTrainerOptions options, Metric metric, TrainingClock clock,
    IProgress<CrossValidationResult>? progress)
{
    /// <summary>Shares of the budget: what is compared and tuned ends by then, and the best is fitted on all rows by
    /// then.</summary>
    private const double Candidates = 0.35, Tuned = 0.6, Confirmed = 0.75, Joined = 0.82, Fitted = 0.95;

    // Of five sets of 178 to 569 rows the best was better than the mean in 5 of 23 cases on rows held back, by little,
    // and worse by 0.47 of log loss in one where it had been better by 4.5 standard errors.
    private const int ClearErrors = 2, ClearErrorsOfFewRows = 5;

    private const int MostMembers = 8, ConfirmedOfALearner = 2, MostAlike = 5;

    private readonly List<Contender> _contenders = [];

    /// <summary>What may be chosen: candidates, the best tuned one of each learner, ensembles.</summary>
    public IReadOnlyList<Contender> Contenders => _contenders;

    /// <summary>Candidates that the budget left no time for.</summary>
    public List<string> Unfinished { get; } = [];

    /// <summary>What the first learner that was left out said; null where none was.</summary>
    public Exception? Refusal { get; private set; }

    /// <summary>What people should know.</summary>
    public List<string> Notes { get; } = [];

    private int Parallelism => options.Parallelism == 0 ? Environment.ProcessorCount : options.Parallelism;

    /// <summary>Cross-validates each candidate.</summary>
    public void Compare(
        IReadOnlyDictionary<string, ILearner> candidates, bool tunes, CancellationToken cancellationToken)
    {
        foreach (var (name, learner) in candidates)
        {
            if (!learner.Supports(plan.TrainTarget.Task))
            {
                throw new ArgumentException(
                    $"candidate '{name}': expected a learner for {plan.TrainTarget.Task}, got {learner.Name}.");
            }
        }

        using var limit = clock.Limit(tunes ? Candidates : Confirmed, cancellationToken);
        foreach (var (name, learner) in candidates)
        {
            Measure(name, learner, new Dictionary<string, string>(), limit.Token, cancellationToken);
        }
    }

    /// <summary>Tunes learners until a share of the budget is used up or enough trials have been run.</summary>
    public void Tune(IReadOnlyList<TunableLearner> learners, CancellationToken cancellationToken)
    {
        if (clock.Until(Tuned) is { Ticks: 0 })
        {
            Notes.Add("no time was left for tuning");
            return;
        }

        var tuning = new TabularTuning(learners, plan, options, metric);
        var trials = tuning.Run(options.Trials, clock.Until(Tuned), Parallelism, cancellationToken);
        Notes.Add(tuning.Summary);
        Confirm([.. trials.OrderByDescending(t => metric.HigherIsBetter ? t.Score : -t.Score)], cancellationToken);
    }

    // The best of many trials owe some of it to chance: on other splits they are compared with the candidates. The best
    // of each learner come first.
    private void Confirm(IReadOnlyList<TunedTrial> trials, CancellationToken cancellationToken)
    {
        var ranked = trials.GroupBy(static t => t.Learner.Name)
            .SelectMany(static g => g.Take(ConfirmedOfALearner)
                .Select(static (trial, rank) => (Trial: trial, Rank: rank)))
            .OrderBy(static t => t.Rank).ToList();
        using var limit = clock.Limit(Confirmed, cancellationToken);
        foreach (var (trial, rank) in ranked)
        {
            var name = $"{trial.Learner.Name} tuned{(rank == 0 ? "" : $" {rank + 1}")}";
            Measure(name, trial.Model, trial.Parameters, limit.Token, cancellationToken);
        }
    }

    // A learner that refuses these rows or does not converge is no reason to lose the others.
    private void Measure(
        string name, ILearner learner, IReadOnlyDictionary<string, string> parameters, CancellationToken limit,
        CancellationToken cancellationToken)
    {
        try
        {
            var result = CrossValidation.Run(
                learner, plan.Train, plan.TrainTarget, plan.Splits, metric, options.Balanced, Parallelism, limit);
            Add(name, learner, result, parameters);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Unfinished.Add(name);    // The budget ended.
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            Refusal ??= e;
            Notes.Add($"{name} left out: {e.Message}");
        }
    }

    /// <summary>Joins the best candidates and trials, as many as can be fitted in the time that is left.</summary>
    public void Join(CancellationToken cancellationToken)
    {
        var seconds = clock.Until(Fitted)?.TotalSeconds / 2 ?? double.PositiveInfinity;
        List<Contender> members = [];
        foreach (var contender in _contenders.OrderByDescending(static c => c.Goodness))
        {
            if (members.Count < MostMembers
                && members.Append(contender).Sum(m => FullSeconds(m.Result)) <= seconds)
            {
                members.Add(contender);
            }
        }

        if (members.Count < 2)
        {
            return;
        }

        using var limit = clock.Limit(Joined, cancellationToken);
        try
        {
            Join(members, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Notes.Add("the budget left no time for all ensembles");
        }
    }

    private void Join(List<Contender> members, CancellationToken cancellationToken)
    {
        // The best as their mean: with few rows what is learned about weights is chance.
        var alike = members.Take(MostAlike).ToList();
        AddEnsemble(
            new EnsembleEvaluation(
                [.. alike.Select(static m => m.Result)], plan.TrainTarget, plan.Splits, options.Balanced)
                .Mean($"mean of {alike.Count}"),
            alike, [.. alike.Select(static m => m.Name)],
            static fits => new WeightedEnsemble(fits, [.. fits.Select(static _ => 1d)]), isMean: true);
        var evaluation = new EnsembleEvaluation(
            [.. members.Select(static m => m.Result)], plan.TrainTarget, plan.Splits, options.Balanced);
        var weighted = evaluation.Weighted("weighted ensemble", out var weights, cancellationToken);
        int[] used = [.. Enumerable.Range(0, members.Count).Where(m => weights[m] > 0)];
        if (used.Length > 1)
        {
            AddEnsemble(
                weighted, [.. used.Select(m => members[m])],
                    [.. used.Select(m => $"{weights[m]:0.00} {members[m].Name}")],
                fits => new WeightedEnsemble(fits, [.. used.Select(m => weights[m])]));
        }

        var stacked = evaluation.Stacked("stacked ensemble", out var meta, cancellationToken);
        AddEnsemble(
            stacked, members, [.. members.Select(static m => m.Name)],
            fits => new StackedEnsemble(fits, meta, plan.TrainTarget.Task));
    }

    /// <summary>Fits the best on all rows that are not held back; the next best where the time does not
    /// suffice.</summary>
    public (Contender Chosen, ITabularPredictor Fit) FitBest(CancellationToken cancellationToken)
    {
        var ranked = _contenders.OrderByDescending(static c => c.Goodness).ToList();
        var left = clock.Until(Fitted)?.TotalSeconds ?? double.PositiveInfinity;
        var inTime = ranked.Where(c => FullSeconds(c.Result) <= left).ToList();
        if (inTime.Count == 0)
        {
            inTime.Add(ranked.MinBy(static c => c.Result.FitSeconds)!);
        }

        if (inTime[0] != ranked[0])
        {
            Notes.Add($"{ranked[0].Name} was better, but the budget left no time to fit it on all rows");
        }

        var errors = plan.Train.Rows < TabularPlan.FewRows ? ClearErrorsOfFewRows : ClearErrors;
        var chosen = options.PrefersMean ? Contender.Choose(inTime, plan.Splits, errors) : inTime[0];
        if (chosen != inTime[0])
        {
            Notes.Add(
                $"{inTime[0].Name} was better by less than {errors} standard errors of the difference, which may be "
                    + $"chance, so that the {chosen.Name} is taken");
        }

        return (chosen, chosen.Fit(cancellationToken));
    }

    private double FullSeconds(CrossValidationResult result)
    {
        var share = plan.Splits.Average(static s => (double)s.Train.Length) / plan.Train.Rows;
        return 1.3 * result.FitSeconds / share;
    }

    private void Add(
        string name, ILearner learner, CrossValidationResult result, IReadOnlyDictionary<string, string> parameters)
    {
        result = result with { Learner = name };
        _contenders.Add(new Contender(
            name, result, parameters, [],
            token => TabularFit.Fit(learner, plan.Train, plan.TrainTarget, options.Balanced, token)));
        progress?.Report(result);
    }

    private void AddEnsemble(
        CrossValidationResult result, IReadOnlyList<Contender> members, IReadOnlyList<string> names,
        Func<ITabularPredictor[], ITabularPredictor> join, bool isMean = false)
    {
        _contenders.Add(new Contender(
            result.Learner, result, new Dictionary<string, string>(), names, token =>
            {
                var fits = new ITabularPredictor[members.Count];
                ParallelLoop.For(fits.Length, m => fits[m] = members[m].Fit(token), Parallelism, token);
                return join(fits);
            })
        { IsMean = isMean });
        progress?.Report(result);
    }
}
