using System.Globalization;
using MaaS.Primitives.Display;
using MaaS.Primitives.Pages;
using MaaS.Registry.Runs;

namespace MaaS.Training.Reports;

/// <summary>Lays a <see cref="RunComparison"/> out.</summary>
internal static class RunComparisonPage
{
    // More would not be seen, and would make the page heavy.
    private const int MostPoints = 400;

    public static string Render(RunComparison comparison, IReadOnlyList<RunCurves> curves)
    {
        var page = new ReportPage($"{comparison.Runs.Count} runs");
        page.Html("<div class=\"wide\">" + HtmlTable.Render(
            [
                ["", .. comparison.Runs.Select(static r => r.Id)],
                ["name", .. comparison.Runs.Select(static r => r.Name)],
                ["verb", .. comparison.Runs.Select(static r => r.Kind)],
                ["outcome", .. comparison.Runs.Select(static r => r.Outcome.ToString().ToLowerInvariant())],
                ["started", .. comparison.Runs.Select(
                    static r => r.Started.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC")],
                .. comparison.Metrics.Select(static m => new[] { m.Name }.Concat(m.Values.Select(Number)).ToArray()),
            ],
            1) + "</div>");
        if (curves.Count > 0)
        {
            page.Heading("Curves").Charts([.. curves.Select(c => Chart(comparison.Runs, c))]);
        }

        page.Heading("What differs");
        if (comparison.Differences.Count == 0)
        {
            page.Note("Nothing: all parameters and the data are the same.");
        }
        else
        {
            page.Html("<div class=\"wide\">" + HtmlTable.Render(
                [
                    ["", .. comparison.Runs.Select(static r => r.Id)],
                    .. comparison.Differences.Select(static d => new[] { d.Name }.Concat(d.Values).ToArray()),
                ],
                1) + "</div>");
        }

        return page.End();
    }

    private static ReportFigure Chart(IReadOnlyList<RunRecord> runs, RunCurves curves)
        => new(
            curves.Metric,
            LineChart.Draw(
                "step", curves.Metric,
                [.. runs.Zip(curves.Points).Select(static r => new LineChart.Line(r.First.Id, Thinned(r.Second)))]));

    private static (double, double)[] Thinned(IReadOnlyList<MetricPoint> points)
    {
        var stride = Math.Max(1, (points.Count + MostPoints - 1) / MostPoints);
        return
        [
            .. points.Where((_, i) => i % stride == 0 || i == points.Count - 1)
                .Select(static p => ((double)p.Step, p.Value ?? double.NaN)),
        ];
    }

    private static string Number(double? value)
        => value is { } number ? number.ToString("g6", CultureInfo.InvariantCulture) : "";
}
