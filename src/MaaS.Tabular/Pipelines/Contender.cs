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
}
