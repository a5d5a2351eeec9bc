using MaaS.Primitives.Pages;

namespace MaaS.Training.Tuning.Pages;

/// <summary>Draws what each trial came to, hollow where it was stopped, and the best so far as a line.</summary>
internal static class HistoryChart
{
    public static string Draw(StudyResult result, int objective)
    {
        var (name, direction) = (result.Objectives[objective].Name, result.Objectives[objective].Direction);
        (double X, double Y)[] points =
            [.. result.Complete.Select(t => ((double)t.Number, t.Values![objective]))];
        var (low, high) = Range([.. points.Select(static p => p.Y)]);
        var chart = new ChartFrame(
            $"{name} by trial", new("trial", 0, Math.Max(1, result.Trials.Count - 1), LeastStep: 1),
            new(name, low, high));
        chart.Write($"<g style=\"fill:{ChartFrame.Pens[0]}\" fill-opacity=\"0.6\">");
        foreach (var (x, y) in points)
        {
            chart.Write($"<circle cx=\"{chart.X(x):f1}\" cy=\"{chart.Y(Math.Clamp(y, low, high)):f1}\" r=\"2.5\"/>");
        }

        chart.Write($"</g><g fill=\"none\" style=\"stroke:{ChartFrame.Pens[0]}\" stroke-opacity=\"0.6\">");
        foreach (var trial in result.Stopped)
        {
            var last = trial.Reports[trial.Reports.Keys.Max()];
            var y = chart.Y(double.IsNaN(last) ? high : Math.Clamp(last, low, high));
            chart.Write($"<circle cx=\"{chart.X(trial.Number):f1}\" cy=\"{y:f1}\" r=\"2.5\"/>");
        }

        chart.Write($"</g><path d=\"");
        var best = points[0].Y;
        foreach (var (x, y) in points)
        {
            var step = direction == Direction.Minimize ? Math.Min(best, y) : Math.Max(best, y);
            var from = chart.Y(Math.Clamp(best, low, high));
            chart.Write($"{(x == points[0].X ? 'M' : 'L')}{chart.X(x):f1},{from:f1}");
            chart.Write($" L{chart.X(x):f1},{chart.Y(Math.Clamp(step, low, high)):f1} ");
            best = step;
        }

        chart.Write($"\" fill=\"none\" style=\"stroke:{ChartFrame.Pens[1]}\" stroke-width=\"1.5\"/>");
        return chart.End();
    }

    /// <summary>The range of the values without those far beyond the middle half, which would flatten all
    /// others.</summary>
    public static (double Low, double High) Range(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        var (first, third) = (sorted[sorted.Length / 4], sorted[3 * sorted.Length / 4]);
        var reach = 3 * (third - first);
        return (Math.Max(sorted[0], first - reach), Math.Min(sorted[^1], third + reach));
    }
}
