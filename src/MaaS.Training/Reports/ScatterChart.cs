using MaaS.Primitives.Pages;

namespace MaaS.Training.Reports;

/// <summary>Draws points over two linear axes, and a line that they should lie on.</summary>
internal static class ScatterChart
{
    // More would make the page heavy and the picture no clearer.
    private const int MostPoints = 2000;

    /// <summary>The picture; of many points, some from all of them.</summary>
    /// <param name="across">What the horizontal axis says.</param>
    /// <param name="up">What the vertical axis is of.</param>
    /// <param name="points">Finite.</param>
    /// <param name="line">The value that a point should have, by its place on the horizontal axis.</param>
    public static string Draw(
        string across, string up, IReadOnlyList<(double X, double Y)> points, Func<double, double> line)
    {
        var (left, right) = (points.Min(static p => p.X), points.Max(static p => p.X));
        double[] ends = [line(left), line(right)];
        var chart = new ChartFrame(
            $"{up} by {across}", new(across, left, right),
            new(
                up, Math.Min(points.Min(static p => p.Y), ends.Min()),
                Math.Max(points.Max(static p => p.Y), ends.Max())));
        var count = Math.Min(points.Count, MostPoints);
        chart.Write($"<g style=\"fill:{ChartFrame.Pens[0]}\" fill-opacity=\"0.45\">");
        for (var i = 0; i < count; i++)
        {
            var (x, y) = points[(int)((long)i * points.Count / count)];
            chart.Write($"<circle cx=\"{chart.X(x):f1}\" cy=\"{chart.Y(y):f1}\" r=\"2.5\"/>");
        }

        chart.Write($"</g><line x1=\"{chart.X(left):f1}\" y1=\"{chart.Y(ends[0]):f1}\" x2=\"{chart.X(right):f1}\" ");
        chart.Write($"y2=\"{chart.Y(ends[1]):f1}\" style=\"stroke:{ChartFrame.Pens[1]}\" stroke-width=\"1.5\" ");
        chart.Write($"stroke-dasharray=\"6 3\"/>");
        return chart.End();
    }
}
