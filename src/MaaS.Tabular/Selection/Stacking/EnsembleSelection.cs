using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Stacking;

/// <summary>Weights of models by what they predicted out of fold: starting from the best one, the model that makes the
/// mean better is added, again and again, with replacement.</summary>
/// <remarks>Caruana et al., Ensemble Selection from Libraries of Models, ICML 2004.</remarks>
public static class EnsembleSelection
{
    /// <summary>Chooses weights.</summary>
    /// <param name="predictions">(rows, outputs) of each model, on rows that it did not see.</param>
    /// <param name="target">One a row.</param>
    /// <param name="metric">What gets better.</param>
    /// <param name="rounds">Most models that are added, 1 or more.</param>
    /// <param name="cancellationToken">Checked before each round.</param>
    /// <returns>A weight for each model; they sum to 1, and many are 0.</returns>
    public static double[] Weights(
        IReadOnlyList<Matrix> predictions, Target target, Metric metric, int rounds = 30,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentOutOfRangeException.ThrowIfLessThan(predictions.Count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        double Score(Matrix predicted) => metric.Measure(predicted, target) * (metric.HigherIsBetter ? 1 : -1);
        var counts = new int[predictions.Count];
        var sum = new Matrix(predictions[0].Rows, predictions[0].Columns);
        var (best, bestCounts) = (double.NegativeInfinity, counts);
        for (var round = 1; round <= rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var scores = predictions.Select(p => Score(Added(sum, p, round))).ToArray();
            var next = Array.IndexOf(scores, scores.Max());
            counts[next]++;
            for (var i = 0; i < sum.Values.Length; i++)
            {
                sum.Values[i] += predictions[next].Values[i];
            }

            if (scores[next] > best)
            {
                (best, bestCounts) = (scores[next], (int[])counts.Clone());
            }
        }

        double total = bestCounts.Sum();
        return total > 0 ? Array.ConvertAll(bestCounts, c => c / total)
            : [.. predictions.Select((_, i) => i == 0 ? 1d : 0)];
    }

    private static Matrix Added(Matrix sum, Matrix more, int count)
    {
        var mean = new Matrix(sum.Rows, sum.Columns);
        for (var i = 0; i < mean.Values.Length; i++)
        {
            mean.Values[i] = (sum.Values[i] + more.Values[i]) / count;
        }

        return mean;
    }
}
