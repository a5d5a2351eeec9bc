using System.Net;
using MaaS.Primitives.Pages;

namespace MaaS.Training.Compression;

/// <summary>A compression's result as one HTML page without scripts: pictures side by side, on a phone one below the
/// other.</summary>
internal static class CompressionPage
{
    public static string Render(CompressionResult result)
    {
        var page = new ReportPage("Accuracy against latency and size")
            .Paragraph($"{WebUtility.HtmlEncode(result.Verdict)}.")
            .Charts(
                new ReportFigure(
                    "Latency", CompressionChart.Draw(result, "milliseconds a run", static p => p.LatencyMs)),
                new ReportFigure("Size", CompressionChart.Draw(result, "KiB", static p => p.Bytes / 1024.0)));
        page.Html(
            "<div class=\"wide\"><table class=\"points\"><thead><tr><th>#</th><th>network</th>"
            + "<th>validation</th><th>lost</th><th>test</th><th>ms</th><th>faster</th><th>KiB</th>"
            + "<th>smaller</th></tr></thead><tbody>");
        for (var i = 0; i < result.Points.Count; i++)
        {
            Row(page, i + 1, result.Points[i], result);
        }

        page.Html("</tbody></table></div>");
        page.Html(
            "<p class=\"note\">Bold: the front, which nothing else beats in accuracy, latency and size at once; these "
                + "and the original "
            + "lie beside this page as packages. Shaded here and orange above: the choice. "
            + $"Validation: accuracy on {result.ValidationSamples} samples, by which was chosen; test: on "
            + $"{result.TestSamples} others, for the original and the choice alone. "
            + $"Latency: median of runs on {result.LatencyBatch} sample{(result.LatencyBatch == 1 ? "" : "s")}, "
            + "networks in turns; "
            + $"{WebUtility.HtmlEncode(result.Machine)}.</p>");
        foreach (var skipped in result.Skipped)
        {
            page.Note($"Not tried: {skipped}");
        }

        return page.End();
    }

    private static void Row(ReportPage page, int number, CompressionPoint point, CompressionResult result)
    {
        var original = result.Original;
        var classes = $"{(point.OnFront ? "front" : "")} {(point.Name == result.Chosen ? "chosen" : "")}".Trim();
        page.Html(
            $"<tr class=\"{classes}\"><td>{number}</td><td>{WebUtility.HtmlEncode(point.Name)}</td>"
            + $"<td>{point.Accuracy:0.0000}</td>"
            + $"<td>{original.Accuracy - point.Accuracy:0.0000}</td><td>{point.TestAccuracy:0.0000}</td>"
            + $"<td>{point.LatencyMs:0.000}</td>"
            + $"<td>{original.LatencyMs / point.LatencyMs:0.00}×</td><td>{point.Bytes / 1024.0:n1}</td>"
            + $"<td>{(double)original.Bytes / point.Bytes:0.00}×</td></tr>");
    }
}
