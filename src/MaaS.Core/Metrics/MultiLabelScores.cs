using System.Globalization;

namespace MaaS.Core.Metrics;

/// <summary>Precision, recall and F1 of a classifier that gives a sample any number of labels.</summary>
/// <param name="Labels">One entry a label, in order.</param>
/// <param name="Macro">Each label counts the same.</param>
/// <param name="Micro">Ratios of the counts summed up over labels.</param>
/// <param name="SubsetAccuracy">Share of samples of which every label is right, 0 to 1.</param>
/// <param name="LabelAccuracy">Share of right decisions over all samples and labels, 0 to 1.</param>
/// <remarks>Equal to scikit-learn's <c>precision_recall_fscore_support</c> and <c>accuracy_score</c> of indicator
/// matrices; a ratio with a denominator of 0 is 0.</remarks>
public sealed record MultiLabelScores(
    IReadOnlyList<ClassScores> Labels, AverageScores Macro, AverageScores Micro, double SubsetAccuracy,
    double LabelAccuracy)
{
    /// <summary>Compares decisions with what was there.</summary>
    /// <param name="predicted">(N, L), row-major.</param>
    /// <param name="actual">(N, L), row-major; N ≥ 1.</param>
    /// <param name="labels">L names; null for "0", "1", …, of <paramref name="labelCount"/>.</param>
    /// <param name="labelCount">L, where there are no names.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static MultiLabelScores From(
        ReadOnlySpan<bool> predicted, ReadOnlySpan<bool> actual, IReadOnlyList<string>? labels = null,
        int labelCount = 1)
    {
        var count = labels?.Count ?? labelCount;
        if (count < 1 || predicted.IsEmpty || predicted.Length != actual.Length || predicted.Length % count != 0)
        {
            throw new ArgumentException(
                $"{nameof(MultiLabelScores)}: expected as many predicted as actual labels, in rows of {count}, got "
                    + $"{predicted.Length} and {actual.Length}.",
                nameof(predicted));
        }

        var (hits, chosen, support) = (new long[count], new long[count], new long[count]);
        var (whole, right) = (0L, 0L);
        for (var row = 0; row < actual.Length; row += count)
        {
            var equal = 0;
            for (var l = 0; l < count; l++)
            {
                var (p, a) = (predicted[row + l], actual[row + l]);
                hits[l] += p && a ? 1 : 0;
                chosen[l] += p ? 1 : 0;
                support[l] += a ? 1 : 0;
                equal += p == a ? 1 : 0;
            }

            right += equal;
            whole += equal == count ? 1 : 0;
        }

        ClassScores[] each = [.. Enumerable.Range(0, count).Select(l => Scores(
            labels?[l] ?? l.ToString(CultureInfo.InvariantCulture), hits[l], chosen[l], support[l]))];
        var micro = Scores("", hits.Sum(), chosen.Sum(), support.Sum());
        return new MultiLabelScores(
            each,
            new AverageScores(
                each.Average(static c => c.Precision), each.Average(static c => c.Recall),
                each.Average(static c => c.F1)),
            new AverageScores(micro.Precision, micro.Recall, micro.F1),
            whole / ((double)actual.Length / count), (double)right / actual.Length);
    }

    private static ClassScores Scores(string name, long hits, long chosen, long support)
        => new(name, Ratio(hits, chosen), Ratio(hits, support), Ratio(2 * hits, chosen + support), support);

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
