using System.Globalization;
using System.Net;
using System.Text;

namespace MaaS.Training.Reports;

/// <summary>A text classifier's training and evaluation as one HTML page without scripts, the baseline beside the
/// network.</summary>
public static class TextReportPage
{
    private const string Style = """
        :root { color-scheme: light; }
        body { margin: 0 auto; max-width: 66rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; }
        body { color: #1a1a1a; background: #fff; }
        h1 { font-size: 1.4rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
        p { margin: .5rem 0; }
        .charts { display: grid; gap: 1.5rem; margin: 1rem 0; }
        .charts { grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); }
        figure { margin: 0; } figcaption { font-weight: 600; margin-bottom: .25rem; }
        svg { display: block; width: 100%; height: auto; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        .scores { width: 100%; }
        th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid #ddd; }
        .scores th:first-child, .scores td:first-child { text-align: left; } .scores tr.network { font-weight: 600; }
        figure td { min-width: 3.5rem; border: 1px solid #fff; } figure th { border: 0; font-weight: 400; }
        .note { color: #555; font-size: .9rem; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; }
        dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
        """;

    /// <summary>The page.</summary>
    /// <param name="title">What it is about.</param>
    /// <param name="evaluations">The network first, then what it is compared with; of the same texts.</param>
    /// <param name="epochs">How training went; may be empty.</param>
    /// <param name="facts">What else is to be known, as name and value.</param>
    public static string Render(
        string title,
        IReadOnlyList<TextEvaluation> evaluations, IReadOnlyList<EpochResult> epochs, IEnumerable<(
            string Name, string Value)> facts)
    {
        ArgumentNullException.ThrowIfNull(evaluations);
        ArgumentNullException.ThrowIfNull(epochs);
        ArgumentNullException.ThrowIfNull(facts);
        var network = evaluations[0];
        var page = new StringBuilder();
        page.AppendLine("<!DOCTYPE html>");
        page.AppendLine(
            "<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, "
                + "initial-scale=1\">");
        page.AppendLine($"<title>{Text(title)}</title><style>{Style}</style></head><body>");
        page.AppendLine($"<h1>{Text(title)}</h1>");
        page.AppendLine($"<p>{network.Report.Support} texts that training never saw"
            + (
                network.Positive is { } positive
                    ? $"; precision, recall and F1 are of <b>{Text(positive)}</b>.</p>"
                    : "; precision, recall and F1 are means over the classes.</p>"));
        Scores(page, evaluations);
        page.AppendLine("<div class=\"charts\">");
        if (epochs.Count > 0)
        {
            Figure(page, "Loss", EpochChart.Loss(epochs));
            Figure(page, "Accuracy", EpochChart.Accuracy(epochs));
        }

        if (network.Curve.Count > 0)
        {
            Figure(
                page, "ROC: share of hits by share of false alarms",
                LineChart.Draw("false positive rate", "true positive rate",
                [.. evaluations.Select(
                    static e => new LineChart.Line(
                        e.Name, [.. e.Curve.Select(static p => (p.FalsePositiveRate, p.TruePositiveRate))]))]));
        }

        foreach (var evaluation in evaluations)
        {
            Figure(page, $"Confusion: {evaluation.Name}", evaluation.Report.ConfusionMatrix.ToHtml());
        }

        page.AppendLine("</div><h2>How it was made</h2><dl>");
        foreach (var (name, value) in facts)
        {
            page.AppendLine($"<dt>{Text(name)}</dt><dd>{Text(value)}</dd>");
        }

        return page.AppendLine("</dl></body></html>").ToString();
    }

    private static void Scores(StringBuilder page, IReadOnlyList<TextEvaluation> evaluations)
    {
        page.AppendLine(
            "<div class=\"wide\"><table "
                + "class=\"scores\"><thead><tr><th></th><th>F1</th><th>precision</th><th>recall</th><th>ROC-AUC</th>"
            + "<th>accuracy</th></tr></thead><tbody>");
        foreach (var (s, i) in evaluations.Select(static (e, i) => (e.Summary, i)))
        {
            page.AppendLine(
                $"<tr{(i == 0 ? " class=\"network\"" : "")}><td>{Text(s.Name)}</td><td>{Ratio(s.F1)}</td>"
                + $"<td>{Ratio(s.Precision)}</td><td>{Ratio(s.Recall)}</td>"
                + $"<td>{Ratio(s.RocAuc)}</td><td>{Ratio(s.Accuracy)}</td></tr>");
        }

        page.AppendLine("</tbody></table></div>");
    }

    private static void Figure(StringBuilder page, string title, string content)
        => page.AppendLine($"<figure><figcaption>{Text(title)}</figcaption>{content}</figure>");

    private static string Text(string value) => WebUtility.HtmlEncode(value);

    private static string Ratio(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
}
