using System.Globalization;
using System.Net;
using MaaS.Primitives.Pages;

namespace MaaS.Training.Reports;

/// <summary>Draws lines over two linear axes as an SVG picture that scales to its place.</summary>
internal static class LineChart
{
    private const int LetterWidth = 6;

    // Beside the colours, so that a print in grey is read as well.
    private static readonly string[] Dashes = ["", "6 3", "2 3", "8 2 2 2", "10 4", "1 2"];

    /// <summary>The picture; points that are not finite are left out.</summary>
    /// <param name="across">What the horizontal axis says.</param>
    /// <param name="up">What the vertical axis is of.</param>
    /// <param name="lines">At most six.</param>
    /// <param name="leastStepAcross">The least distance of two marks on the horizontal axis; 1 for whole
    /// numbers.</param>
    /// <param name="least">The least value of the vertical axis; null for the points' own.</param>
    public static string Draw(
        string across, string up, IReadOnlyList<Line> lines, double leastStepAcross = 0, double? least = null)
    {
        var points = lines.SelectMany(static l => l.Points).Where(static p => double.IsFinite(p.Y)).DefaultIfEmpty()
            .ToArray();
        var chart = new ChartFrame(
            $"{up} by {across}",
            new(across, points.Min(static p => p.X), points.Max(static p => p.X), leastStepAcross),
            new(up, Math.Min(least ?? double.MaxValue, points.Min(static p => p.Y)), points.Max(static p => p.Y)));
        for (var i = 0; i < lines.Count; i++)
        {
            Draw(chart, lines[i], i, lines.Count);
        }

        return chart.End();
    }

    private static void Draw(ChartFrame chart, Line line, int number, int count)
    {
        var (colour, dash) = (ChartFrame.Pens[number % ChartFrame.Pens.Count], Dashes[number % Dashes.Length]);
        var path = string.Join(' ', line.Points.Where(static p => double.IsFinite(p.Y))
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{chart.X(p.X):f1},{chart.Y(p.Y):f1}")));
        if (path.Length > 0 && line.Points is [var (x, y)])
        {
            // No line through one point.
            chart.Write($"<circle cx=\"{chart.X(x):f1}\" cy=\"{chart.Y(y):f1}\" r=\"3\" style=\"fill:{colour}\"/>");
        }

        chart.Write($"<polyline points=\"{path}\" fill=\"none\" style=\"stroke:{colour}\" stroke-width=\"2\" ");
        chart.Write($"stroke-dasharray=\"{dash}\"/>");
        if (count == 1)
        {
            return;   // The chart's own title says what it is.
        }

        var room = (ChartFrame.Width - ChartFrame.Left - ChartFrame.Right) / count;
        var left = ChartFrame.Left + (number * room);
        chart.Write($"<line x1=\"{left}\" x2=\"{left + 22}\" y1=\"10\" y2=\"10\" ");
        chart.Write($"style=\"stroke:{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>");
        chart.Write($"<text x=\"{left + 27}\" y=\"14\" ");
        var (whole, name) = (
            WebUtility.HtmlEncode(line.Name), WebUtility.HtmlEncode(Short(line.Name, (room - 30) / LetterWidth)));
        chart.Write($"style=\"fill:var(--ink,#1a1a1a)\"><title>{whole}</title>{name}</text>");
    }

    private static string Short(string name, int most) => name.Length > most ? $"{name[..(most - 1)]}…" : name;

    /// <param name="Name">What the legend says.</param>
    /// <param name="Points">From left to right.</param>
    public sealed record Line(string Name, IReadOnlyList<(double X, double Y)> Points);
}
