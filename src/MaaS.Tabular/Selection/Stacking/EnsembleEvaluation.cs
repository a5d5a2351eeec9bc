using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Stacking;

/// <summary>Ensembles of models that were cross-validated on the same splits, measured as they were: what joins the
/// models in a split is learned from predictions on the rows of other splits alone.</summary>
public sealed class EnsembleEvaluation
{
    private const double Penalty = 10;

    private readonly CrossValidationResult[] _members;
    private readonly Target _target;
    private readonly IReadOnlyList<Split> _splits;
    private readonly Metric _metric;
    private readonly bool _balanced;

    /// <summary>Prepares ensembles.</summary>
    /// <param name="members">Results with predictions, two or more.</param>
    /// <param name="target">One a row of the table that was split.</param>
    /// <param name="splits">The splits that were measured on; two or more.</param>
    /// <param name="balanced">Whether classes count alike in what joins the models, however many rows they
    /// have.</param>
    /// <exception cref="ArgumentException">A result has no predictions for every split.</exception>
    public EnsembleEvaluation(
        IReadOnlyList<CrossValidationResult> members, Target target, IReadOnlyList<Split> splits, bool balanced = false)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(splits);
        if (members.Count < 2 || members.Any(m => m.Predictions.Count != splits.Count))
        {
            throw new ArgumentException(
                $"stacking: expected two or more results with predictions of {splits.Count} splits, got "
                    + $"{string.Join(", ", members.Select(static m => $"{m.Learner} {m.Predictions.Count}"))}.",
                nameof(members));
        }

        (_members, _target, _splits, _metric) = ([.. members], target, splits, members[0].Metric);
        _balanced = balanced && target.Task == TabularTask.Classification;
    }

    /// <summary>The weighted mean (<see cref="EnsembleSelection"/>) of the models.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="weights">The weight of each model by all rows; 0 for those that are not needed.</param>
    /// <param name="cancellationToken">Checked before each split.</param>
    /// <returns>The scores of weights that were learned from the other splits' rows.</returns>
    public CrossValidationResult Weighted(
        string name, out double[] weights, CancellationToken cancellationToken = default)
    {
        double[] Learn(int? without)
        {
            var (predictions, target) = Rows(without);
            return EnsembleSelection.Weights(predictions, target, _metric, cancellationToken: cancellationToken);
        }

        var predicted = _splits.Select((_, i) => WeightedEnsemble.Mean(Of(i), Learn(i))).ToArray();
        weights = Learn(null);
        var used = weights;
        return Result(name, predicted, _members.Where((_, m) => used[m] > 0));
    }

    /// <summary>The plain mean of the models, of which nothing is learned.</summary>
    /// <param name="name">What it is called.</param>
    public CrossValidationResult Mean(string name)
    {
        double[] weights = [.. _members.Select(_ => 1d / _members.Length)];
        return Result(name, [.. _splits.Select((_, i) => WeightedEnsemble.Mean(Of(i), weights))], _members);
    }

    /// <summary>A logistic or linear regression on the predictions of the models.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="meta">What it learned by all rows.</param>
    /// <param name="cancellationToken">Checked before each split.</param>
    /// <returns>The scores of regressions that learned from the other splits' rows.</returns>
    public CrossValidationResult Stacked(
        string name, out IFittedLearner meta, CancellationToken cancellationToken = default)
    {
        IFittedLearner Learn(int? without)
        {
            var (predictions, target) = Rows(without);
            // A penalty on numbers goes by their variance, so that their unit does not matter.
            ILearner learner = _target.Task == TabularTask.Classification ? new LogisticRegression { L2 = Penalty }
                : new LinearRegression { L2 = Penalty * Variance(target.Values) };
            return learner.Fit(
                StackedEnsemble.Features(predictions, _target.Task), target,
                _balanced ? target.BalancedWeights() : null, cancellationToken);
        }

        var predicted = _splits.Select((_, i) => Learn(i).Predict(StackedEnsemble.Features(Of(i), _target.Task)))
            .ToArray();
        meta = Learn(null);
        return Result(name, predicted, _members);
    }

    private CrossValidationResult Result(
        string name, Matrix[] predictions, IEnumerable<CrossValidationResult> members)
    {
        double[] scores = [.. predictions.Select((p, i) => _metric.Measure(p, _target.Take(_splits[i].Test)))];
        return new CrossValidationResult(name, _metric, scores, members.Sum(static m => m.FitSeconds))
        {
            Predictions = predictions,
            RowSeconds = members.Sum(static m => m.RowSeconds),
        };
    }

    private static double Variance(double[] values)
    {
        var mean = values.Average();
        return values.Average(v => (v - mean) * (v - mean));
    }

    private Matrix[] Of(int split) => Array.ConvertAll(_members, m => m.Predictions[split]);

    // All predictions on rows that are not in one split's test part.
    private (Matrix[] Predictions, Target Target) Rows(int? without)
    {
        HashSet<int> held = without is { } split ? [.. _splits[split].Test] : [];
        List<(int Split, int Place)> kept = [];
        for (var s = 0; s < _splits.Count; s++)
        {
            for (var place = 0; place < _splits[s].Test.Length; place++)
            {
                if (!held.Contains(_splits[s].Test[place]))
                {
                    kept.Add((s, place));
                }
            }
        }

        var predictions = Array.ConvertAll(_members, m =>
        {
            var rows = new Matrix(kept.Count, m.Predictions[0].Columns);
            for (var i = 0; i < kept.Count; i++)
            {
                m.Predictions[kept[i].Split].Row(kept[i].Place).CopyTo(rows.Row(i));
            }

            return rows;
        });
        return (predictions, _target.Take([.. kept.Select(k => _splits[k.Split].Test[k.Place])]));
    }
}
