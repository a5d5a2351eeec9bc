using System.Numerics.Tensors;
using MaaS.Core.Metrics;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Primitives.Display;
using MaaS.Training.Data.Text;

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

    /// <summary>Area under the ROC curve of <see cref="Positive"/>, or the mean of each class against the others; NaN where a class is missing.</summary>
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
                ? new ScoreSummary(Name, Report.Accuracy, Report.Macro.Precision, Report.Macro.Recall, Report.Macro.F1, RocAuc)
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
    /// <exception cref="ArgumentException">The sizes do not fit, a probability is NaN, or the positive class is unknown.</exception>
    public static TextEvaluation From(
        string name, ReadOnlySpan<float> probabilities, ReadOnlySpan<int> targets, IReadOnlyList<string> classes, string? positive)
    {
        ArgumentNullException.ThrowIfNull(classes);
        var index = positive is null ? -1 : classes.ToList().IndexOf(positive);
        if (probabilities.Length != targets.Length * classes.Count || (positive is not null && index < 0))
        {
            throw new ArgumentException(
                $"TextEvaluation: expected {classes.Count} probabilities for each of {targets.Length} texts and a positive class among "
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
            RocAuc = index >= 0 ? Core.Metrics.RocAuc.Binary(scores, actual) : Core.Metrics.RocAuc.Macro(probabilities, targets),
            Curve = both ? RocCurve.Binary(scores, actual) : [],
        };
    }

    /// <summary>Evaluates a packaged classifier, as ONNX Runtime answers; longer texts are truncated.</summary>
    /// <param name="classifier">What to measure.</param>
    /// <param name="texts">Cleaned as the package says, with the package's classes.</param>
    /// <param name="positive">The class whose detection counts; null where all count the same.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public static TextEvaluation Of(TextClassifier classifier, TextCorpus texts, string? positive, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(texts);
        const int Batch = 64;
        var encoder = classifier.Encoder.Truncating();
        var rows = texts.Texts.Select(encoder.EncodeClean).ToArray();
        int[] order = [.. Enumerable.Range(0, rows.Length).OrderBy(i => rows[i].Length)];   // Little padding.
        var (classes, probabilities) = (classifier.Labels.Count, new float[rows.Length * classifier.Labels.Count]);
        foreach (var part in order.Chunk(Batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (ids, mask) = encoder.Pad([.. part.Select(i => rows[i])]);
            var logits = classifier.Logits(ids, mask);   // (B, classes)
            for (var i = 0; i < part.Length; i++)
            {
                Softmax.Compute(logits.AsSpan(i * classes, classes), probabilities.AsSpan(part[i] * classes, classes));
            }
        }

        return From(classifier.Manifest.Name, probabilities, [.. texts.Targets], classifier.Labels, positive);
    }

    /// <summary>The class to find, of two: the rarer one; null for more than two.</summary>
    /// <param name="classes">Class names by index.</param>
    /// <param name="targets">Class indices.</param>
    public static string? PositiveOf(IReadOnlyList<string> classes, IReadOnlyCollection<int> targets)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(targets);
        return classes.Count != 2 ? null : 2 * targets.Count(static t => t == 1) <= targets.Count ? classes[1] : classes[0];
    }
}
