using MaaS.Primitives.Display;

namespace MaaS.Training.Reports;

/// <summary>A classifier's scores in one line.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Accuracy">Share of correct samples, 0 to 1.</param>
/// <param name="Precision">Of the class whose detection counts, or the mean over classes.</param>
/// <param name="Recall">Likewise.</param>
/// <param name="F1">Likewise.</param>
/// <param name="RocAuc">Area under the ROC curve, 0 to 1; NaN where a class is missing.</param>
public sealed record ScoreSummary(
    string Name, double Accuracy, double Precision, double Recall, double F1, double RocAuc)
{
    /// <summary>A table with one line a classifier.</summary>
    /// <param name="positive">The class that precision, recall and F1 are of; null for means over classes.</param>
    /// <param name="summaries">At least one.</param>
    public static string Table(string? positive, params IEnumerable<ScoreSummary> summaries)
        => TextTable.Render(Rows(positive, summaries), 1);

    internal static List<string[]> Rows(string? positive, params IEnumerable<ScoreSummary> summaries)
    {
        var of = positive is null ? "macro" : positive;
        List<string[]> rows = [["", $"{of} precision", $"{of} recall", $"{of} f1", "ROC-AUC", "accuracy"]];
        rows.AddRange(summaries.Select(static s => new[]
        {
            s.Name, Ratio(s.Precision), Ratio(s.Recall), Ratio(s.F1), Ratio(s.RocAuc), Ratio(s.Accuracy),
        }));
        return rows;
    }

    private static string Ratio(double value) => FormattableString.Invariant($"{value:0.0000}");
}
