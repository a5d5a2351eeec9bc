using MaaS.Primitives.Display;
using MaaS.Primitives.Pages;
using static MaaS.Primitives.Pages.ReportPage;
using static System.FormattableString;

namespace MaaS.Training.Reports;

/// <summary>Lays a <see cref="RunReport"/> out.</summary>
internal static class RunReportPage
{
    private const int MostMistakes = 24, MostCharacters = 400;

    public static string Render(RunReport report)
    {
        var page = new ReportPage(report.Title);
        Verdict(page, report);
        if (report.Epochs.Count > 0)
        {
            page.Heading("Training").Charts(RunFigures.Training(report));
        }

        if (report.Classified is [var network, ..])
        {
            page.Heading("On samples that training never saw").Charts(RunFigures.Classification(report.Classified));
            Mistakes(page, network);
        }

        if (report.Regressed.Count > 0)
        {
            page.Heading("Predictions").Charts(RunFigures.Regression(report.Regressed));
        }

        page.Heading("How it was made").Facts(report.Facts);
        if (report.Command is { } command)
        {
            page.Html($"<pre>{Encode(command)}</pre>");
        }

        return page.End();
    }

    private static void Verdict(ReportPage page, RunReport report)
    {
        if (report.Classified is [var network, ..])
        {
            var of = network.Evaluation.Positive is { } positive
                ? $"of <b>{Encode(positive)}</b>" : "means over the classes";
            page.Paragraph(
                $"{network.Evaluation.Report.Support} samples that training never saw; precision, recall and F1 are "
                    + $"{of}.");
            Scores(page, report.Classified.Select(static c => c.Evaluation.Summary));
        }

        if (report.Regressed.Count > 0)
        {
            page.Paragraph($"{report.Regressed[0].Actual.Count} samples that training never saw.");
            page.Html("<div class=\"wide\">" + HtmlTable.Render(
                [["", "R²", "mean absolute error", "root mean squared error"],
                    .. report.Regressed.Select(static r => new[]
                    {
                        r.Name, Ratio(r.RSquared), Invariant($"{r.MeanAbsoluteError:g4}"),
                        Invariant($"{r.RootMeanSquaredError:g4}"),
                    })],
                1) + "</div>");
        }
    }

    private static void Scores(ReportPage page, IEnumerable<ScoreSummary> summaries)
    {
        page.Html(
            "<div class=\"wide\"><table class=\"scores\"><thead><tr><th></th><th>F1</th>"
                + "<th>precision</th><th>recall</th><th>ROC-AUC</th><th>accuracy</th></tr></thead><tbody>");
        foreach (var (s, i) in summaries.Select(static (s, i) => (s, i)))
        {
            page.Html(
                $"<tr{(i == 0 ? " class=\"network\"" : "")}><td>{Encode(s.Name)}</td><td>{Ratio(s.F1)}</td>"
                    + $"<td>{Ratio(s.Precision)}</td><td>{Ratio(s.Recall)}</td><td>{Ratio(s.RocAuc)}</td>"
                    + $"<td>{Ratio(s.Accuracy)}</td></tr>");
        }

        page.Html("</tbody></table></div>");
    }

    private static void Mistakes(ReportPage page, ClassifiedSamples network)
    {
        var mistakes = network.Mistakes(MostMistakes).ToArray();
        page.Heading("Worst mistakes");
        if (mistakes.Length == 0)
        {
            page.Note("None: every sample was classified correctly.");
            return;
        }

        page.Note(
            $"{mistakes.Length} of {network.Wrong} wrong answers of {network.Evaluation.Name}, those that "
                + "it was surest of.");
        var pictures = mistakes.All(static m => m.View?.Png is not null);
        page.Html($"<div class=\"cards{(pictures ? " pictures" : "")}\">");
        foreach (var mistake in mistakes)
        {
            var picture = mistake.View?.Png is { } png
                ? $"<img alt=\"sample {mistake.Index}\" "
                    + $"src=\"data:image/png;base64,{Convert.ToBase64String(png.Span)}\"/>"
                : "";
            var text = mistake.View?.Text is { } words ? $"<p>{Encode(Short(words))}</p>" : "";
            page.Html(
                $"<div class=\"card\">{picture}<b>{Encode(mistake.Actual)}</b>"
                    + Encode(Invariant($"taken for {mistake.Predicted}, {mistake.Probability:0.000}"))
                    + $"{text}</div>");
        }

        page.Html("</div>");
    }

    private static string Short(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= MostCharacters ? line : $"{line[..MostCharacters]}…";
    }
}
