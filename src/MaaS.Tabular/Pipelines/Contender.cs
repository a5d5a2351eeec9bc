using MaaS.Tabular.Selection;

namespace MaaS.Tabular.Pipelines;

/// <summary>What may be chosen: a learner or an ensemble with its scores.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Result">Its scores and predictions in cross-validation.</param>
/// <param name="Parameters">What tuning chose; empty for what was not tuned.</param>
/// <param name="Members">Names and weights of an ensemble's models; empty for a learner.</param>
/// <param name="Fit">Fits it on all rows that are not held back.</param>
internal sealed record Contender(
    string Name, CrossValidationResult Result, IReadOnlyDictionary<string, string> Parameters,
    IReadOnlyList<string> Members, Func<CancellationToken, ITabularPredictor> Fit)
{
    /// <summary>The mean score, higher is better.</summary>
    public double Goodness => Result.Metric.HigherIsBetter ? Result.Mean : -Result.Mean;

    /// <summary>Whether it is the plain mean of its members.</summary>
    public bool IsMean { get; init; }

    /// <summary>The plain mean, unless the best is better by more than some standard errors of the difference on the
    /// same splits, corrected for training rows that they share (<see cref="CorrectedTTest"/>).</summary>
    /// <param name="ranked">The best first, measured on the splits; not empty.</param>
    /// <param name="splits">The splits.</param>
    /// <param name="errors">So many standard errors are clear.</param>
    /// <remarks>The best of hundreds of trials, and weights that were learned, owe some of their score to chance; a
    /// mean owes less. benchmarks/results/tabular.md has what it brings.</remarks>
    public static Contender Choose(IReadOnlyList<Contender> ranked, IReadOnlyList<Split> splits, double errors)
    {
        var best = ranked[0];
        return ranked.FirstOrDefault(static c => c.IsMean) is { } mean
            && Math.Abs(CorrectedTTest.Compare(best.Result.Scores, mean.Result.Scores, splits).T) <= errors
            ? mean : best;
    }
}
