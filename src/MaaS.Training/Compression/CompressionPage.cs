using System.Net;
using System.Text;

namespace MaaS.Training.Compression;

/// <summary>A compression's result as one HTML page without scripts: pictures side by side, on a phone one below the
/// other.</summary>
internal static class CompressionPage
{
    private const string Style = """
        :root { color-scheme: light; }
        body { margin: 0 auto; max-width: 66rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; }
        body { color: #1a1a1a; background: #fff; }
        h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
        p { margin: .5rem 0; }
        .charts { display: grid; gap: 1rem; margin: 1rem 0; }
        .charts { grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
        figure { margin: 0; } figcaption { font-weight: 600; margin-bottom: .25rem; }
        svg { display: block; width: 100%; height: auto; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { padding: .3rem .6rem; text-align: right; white-space: nowrap; border-bottom: 1px solid #ddd; }
        th:nth-child(2), td:nth-child(2) { text-align: left; }
        tr.front { font-weight: 600; } tr.chosen td { background: #e8f3fb; }
        .note { color: #555; font-size: .9rem; }
        """;

    public static string Render(CompressionResult result)
    {
        var page = new StringBuilder();
        page.AppendLine("<!DOCTYPE html>");
        page.AppendLine(
            "<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, "
                + "initial-scale=1\">");
        page.AppendLine($"<title>Compression</title><style>{Style}</style></head><body>");
        page.AppendLine($"<h1>Accuracy against latency and size</h1><p>{WebUtility.HtmlEncode(result.Verdict)}.</p>");
        page.AppendLine("<div class=\"charts\">");
        Figure(page, "Latency", result, "milliseconds a run", static p => p.LatencyMs);
        Figure(page, "Size", result, "KiB", static p => p.Bytes / 1024.0);
        page.AppendLine(
            "</div><div class=\"wide\"><table><thead><tr><th>#</th><th>network</th><th>validation</th><th>lost</th>"
            + "<th>test</th><th>ms</th><th>faster</th><th>KiB</th><th>smaller</th></tr></thead><tbody>");
        for (var i = 0; i < result.Points.Count; i++)
        {
            Row(page, i + 1, result.Points[i], result);
        }

        page.AppendLine("</tbody></table></div>");
        page.AppendLine(
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
            page.AppendLine($"<p class=\"note\">Not tried: {WebUtility.HtmlEncode(skipped)}</p>");
        }

        return page.AppendLine("</body></html>").ToString();
    }

    private static void Figure(
        StringBuilder page, string title, CompressionResult result, string unit, Func<CompressionPoint, double> cost)
        => page.AppendLine(
            $"<figure><figcaption>{title}</figcaption>{CompressionChart.Draw(result, unit, cost)}</figure>");

    private static void Row(StringBuilder page, int number, CompressionPoint point, CompressionResult result)
    {
        var original = result.Original;
        var classes = $"{(point.OnFront ? "front" : "")} {(point.Name == result.Chosen ? "chosen" : "")}".Trim();
        page.AppendLine(
            $"<tr class=\"{classes}\"><td>{number}</td><td>{WebUtility.HtmlEncode(point.Name)}</td>"
            + $"<td>{point.Accuracy:0.0000}</td>"
            + $"<td>{original.Accuracy - point.Accuracy:0.0000}</td><td>{point.TestAccuracy:0.0000}</td>"
            + $"<td>{point.LatencyMs:0.000}</td>"
            + $"<td>{original.LatencyMs / point.LatencyMs:0.00}×</td><td>{point.Bytes / 1024.0:n1}</td>"
            + $"<td>{(double)original.Bytes / point.Bytes:0.00}×</td></tr>");
    }
}
