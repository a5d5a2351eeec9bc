using System.Globalization;
using System.Text.Json;
using MaaS.Primitives.Display;

namespace MaaS.Core.Metrics;

/// <summary>Accuracy, per-class and averaged precision, recall and F1 of a single-label classifier.</summary>
/// <remarks>Equal to scikit-learn's <c>classification_report</c>, whose definitions it follows.</remarks>
[TypeFormatterSource]
public sealed record ClassificationReport : IHtmlDisplay
{
    /// <summary>Share of correct samples, 0 to 1; NaN when there was none.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean loss over the samples, when the caller gave it.</summary>
    public double? Loss { get; init; }

    /// <summary>One entry a class, in the order of the confusion matrix.</summary>
    public required IReadOnlyList<ClassScores> Classes { get; init; }

    /// <summary>Each class counts the same.</summary>
    public required AverageScores Macro { get; init; }

    /// <summary>Each sample counts the same: ratios of the summed counts.</summary>
    public required AverageScores Micro { get; init; }

    /// <summary>Each class counts as often as it has samples.</summary>
    public required AverageScores Weighted { get; init; }

    /// <summary>Number of samples.</summary>
    public required long Support { get; init; }

    /// <summary>How ratios with a denominator of 0 were counted.</summary>
    public required ZeroDivision ZeroDivision { get; init; }

    /// <summary>The counts that the report was made from.</summary>
    public required ConfusionMatrix ConfusionMatrix { get; init; }

    /// <summary>Makes the report of a confusion matrix.</summary>
    public static ClassificationReport From(
        ConfusionMatrix matrix, ZeroDivision zeroDivision = ZeroDivision.Zero, double? loss = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var undefined = zeroDivision switch
        {
            ZeroDivision.Zero => 0d,
            ZeroDivision.One => 1d,
            ZeroDivision.NaN => double.NaN,
            _ => throw new ArgumentOutOfRangeException(
                nameof(zeroDivision), zeroDivision, "Expected Zero, One or NaN."),
        };

        double Ratio(double part, double whole) => whole == 0 ? undefined : part / whole;

        var classes = new ClassScores[matrix.Classes.Count];
        for (var i = 0; i < classes.Length; i++)
        {
            var (hit, predicted, support) = (matrix[i, i], matrix.Predicted(i), matrix.Support(i));
            classes[i] = new ClassScores(
                matrix.Classes[i], Ratio(hit, predicted), Ratio(hit, support), Ratio(2d * hit, predicted + support),
                support);
        }

        var micro = Ratio(matrix.Correct, matrix.Total);
        return new ClassificationReport
        {
            Accuracy = matrix.Accuracy,
            Loss = loss,
            Classes = classes,
            Macro = Average(classes, static _ => 1),
            Micro = new AverageScores(micro, micro, micro),
            Weighted = matrix.Total == 0 ? Average(classes, static _ => 1) : Average(classes, static c => c.Support),
            Support = matrix.Total,
            ZeroDivision = zeroDivision,
            ConfusionMatrix = matrix,
        };
    }

    /// <summary>The report as indented JSON; numbers that are not finite stand as "NaN".</summary>
    public string ToJson() => JsonSerializer.Serialize(this, MetricsJson.Default.ClassificationReport);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">The text is no report.</exception>
    public static ClassificationReport FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, MetricsJson.Default.ClassificationReport)
                ?? throw new JsonException("ClassificationReport: expected an object, got null.");
        }
        catch (ArgumentException e) when (json is not null)
        {
            throw new JsonException($"ClassificationReport: {e.Message}", e);
        }
    }

    /// <summary>The report as a text table, ratios to four digits.</summary>
    public override string ToString() => TextTable.Render(Rows(), Ruled);

    /// <summary>The report and the confusion matrix as HTML tables, ratios to four digits.</summary>
    public string ToHtml() => HtmlTable.Render(Rows(), Ruled) + ConfusionMatrix.ToHtml();

    // Lines above the classes, the averages and what concerns all samples.
    private int[] Ruled => [1, 1 + Classes.Count, 4 + Classes.Count];

    private List<string[]> Rows()
    {
        List<string[]> rows = [["class", "precision", "recall", "f1", "support"]];
        rows.AddRange(Classes.Select(c => Row(c.Name, c.Precision, c.Recall, c.F1, c.Support)));
        rows.Add(Row("macro average", Macro.Precision, Macro.Recall, Macro.F1, Support));
        rows.Add(Row("micro average", Micro.Precision, Micro.Recall, Micro.F1, Support));
        rows.Add(Row("weighted average", Weighted.Precision, Weighted.Recall, Weighted.F1, Support));
        rows.Add(["accuracy", "", "", Ratio(Accuracy), Number(Support)]);
        if (Loss is { } loss)
        {
            rows.Add(["loss", "", "", Ratio(loss)]);
        }

        return rows;
    }

    private static AverageScores Average(ClassScores[] classes, Func<ClassScores, double> weight)
    {
        double Mean(Func<ClassScores, double> score)
        {
            double sum = 0, weights = 0, plain = 0, count = 0;
            foreach (var c in classes)
            {
                if (score(c) is var s && !double.IsNaN(s))
                {
                    sum += s * weight(c);
                    weights += weight(c);
                    plain += s;
                    count++;
                }
            }

            // The classes whose score is defined may have no sample among them: then each counts the same.
            return count == 0 ? double.NaN : weights == 0 ? plain / count : sum / weights;
        }

        return new AverageScores(Mean(static c => c.Precision), Mean(static c => c.Recall), Mean(static c => c.F1));
    }

    private static string[] Row(string name, double precision, double recall, double f1, long support)
        => [name, Ratio(precision), Ratio(recall), Ratio(f1), Number(support)];

    private static string Ratio(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
