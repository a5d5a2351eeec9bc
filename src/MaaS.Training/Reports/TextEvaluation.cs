using System.Numerics.Tensors;
using MaaS.Core.Metrics;
using MaaS.Primitives.Display;

namespace MaaS.Training.Reports;

/// <summary>What a classifier of texts came to on texts that it had not seen.</summary>
[TypeFormatterSource]
public sealed record TextEvaluation : IHtmlDisplay
{
    /// <summary>What was measured, as <c>transformer</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Precision, recall and F1 of each class, and the confusion matrix.</summary>
    public required ClassificationReport Report { get; init; }

    /// <summary>The class whose detection counts; null where all count the same.</summary>
    public required string? Positive { get; init; }

    /// <summary>Area under the ROC curve of <see cref="Positive"/>, or the mean of each class against the others; NaN
    /// where a class is missing.</summary>
    public required double RocAuc { get; init; }

    /// <summary>The ROC curve of <see cref="Positive"/>; empty without one.</summary>
    public required IReadOnlyList<RocPoint> Curve { get; init; }

    /// <summary>Precision, recall and F1 of <see cref="Positive"/>, or the means over all classes.</summary>
    public ScoreSummary Summary
    {
        get
        {
            var scores = Report.Classes.FirstOrDefault(c => c.Name == Positive);
            return scores is null
                ? new ScoreSummary(
                    Name, Report.Accuracy, Report.Macro.Precision, Report.Macro.Recall, Report.Macro.F1, RocAuc)
                : new ScoreSummary(Name, Report.Accuracy, scores.Precision, scores.Recall, scores.F1, RocAuc);
        }
    }

    /// <summary>The summary and the report as text tables.</summary>
    public override string ToString() => $"{ScoreSummary.Table(Positive, Summary)}\n{Report}";

    /// <summary>The summary, the report and the confusion matrix as HTML tables.</summary>
    public string ToHtml() => HtmlTable.Render(ScoreSummary.Rows(Positive, Summary), 1) + Report.ToHtml();

    /// <summary>Evaluates probabilities.</summary>
    /// <param name="name">What gave them.</param>
    /// <param name="probabilities">(N, classes), row-major.</param>
    /// <param name="targets">(N), class indices.</param>
    /// <param name="classes">Class names by index.</param>
    /// <param name="positive">The class whose detection counts; null where all count the same.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, a probability is NaN, or the positive class is
    /// unknown.</exception>
    public static TextEvaluation From(
        string name, ReadOnlySpan<float> probabilities, ReadOnlySpan<int> targets, IReadOnlyList<string> classes,
        string? positive)
    {
        ArgumentNullException.ThrowIfNull(classes);
        var index = positive is null ? -1 : classes.ToList().IndexOf(positive);
        if (probabilities.Length != targets.Length * classes.Count || (positive is not null && index < 0))
        {
            throw new ArgumentException(
                $"TextEvaluation: expected {classes.Count} probabilities for each of {targets.Length} texts and a "
                    + "positive class among "
                + $"{string.Join(", ", classes)}, got {probabilities.Length} and '{positive}'.", nameof(probabilities));
        }

        var matrix = new ConfusionMatrix(classes);
        var (scores, actual, loss) = (new float[targets.Length], new int[targets.Length], 0.0);
        for (var i = 0; i < targets.Length; i++)
        {
            var row = probabilities.Slice(i * classes.Count, classes.Count);
            matrix.Add(predicted: TensorPrimitives.IndexOfMax(row), actual: targets[i]);
            loss -= Math.Log(Math.Max(row[targets[i]], 1e-15f));
            (scores[i], actual[i]) = index < 0 ? (0, 0) : (row[index], targets[i] == index ? 1 : 0);
        }

        var both = index >= 0 && actual.Contains(0) && actual.Contains(1);
        return new TextEvaluation
        {
            Name = name,
            Report = ClassificationReport.From(matrix, loss: loss / targets.Length),
            Positive = positive,
            RocAuc = index >= 0
                ? Core.Metrics.RocAuc.Binary(scores, actual) : Core.Metrics.RocAuc.Macro(probabilities, targets),
            Curve = both ? RocCurve.Binary(scores, actual) : [],
        };
    }

    /// <summary>The class to find, of two: the rarer one; null for more than two.</summary>
    /// <param name="classes">Class names by index.</param>
    /// <param name="targets">Class indices.</param>
    public static string? PositiveOf(IReadOnlyList<string> classes, IReadOnlyCollection<int> targets)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(targets);
        return classes.Count != 2
            ? null : 2 * targets.Count(static t => t == 1) <= targets.Count ? classes[1] : classes[0];
    }
}
