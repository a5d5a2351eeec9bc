using MaaS.Primitives.Pages;

namespace MaaS.Training.Tuning.Pages;

/// <summary>Draws two objectives of each trial, the front joined.</summary>
internal static class FrontChart
{
    public static string Draw(StudyResult result)
    {
        var (across, up) = (result.Objectives[0], result.Objectives[1]);
        var complete = result.Complete;
        var (left, right) = HistoryChart.Range([.. complete.Select(static t => t.Values![0])]);
        var (low, high) = HistoryChart.Range([.. complete.Select(static t => t.Values![1])]);
        var front = result.Front;

        // Points of the front are always inside.
        var chart = new ChartFrame(
            $"{up.Name} by {across.Name}",
            new(across.Name, Math.Min(left, front.Min(static t => t.Values![0])),
                Math.Max(right, front.Max(static t => t.Values![0]))),
            new(up.Name, Math.Min(low, front.Min(static t => t.Values![1])),
                Math.Max(high, front.Max(static t => t.Values![1]))));
        var known = front.Select(static t => t.Number).ToHashSet();
        var line = string.Join(' ', front.OrderBy(static t => t.Values![0])
            .Select(t => FormattableString.Invariant($"{chart.X(t.Values![0]):f1},{chart.Y(t.Values![1]):f1}")));
        chart.Write($"<polyline points=\"{line}\" fill=\"none\" style=\"stroke:{ChartFrame.Pens[1]}\"/>");
        foreach (var trial in complete.OrderBy(t => known.Contains(t.Number)))
        {
            var (x, y) = (trial.Values![0], trial.Values[1]);
            if (!known.Contains(trial.Number) && (x < left || x > right || y < low || y > high))
            {
                continue;   // Far beyond the others.
            }

            chart.Write($"<circle cx=\"{chart.X(x):f1}\" cy=\"{chart.Y(y):f1}\" ");
            chart.Write($"r=\"{(known.Contains(trial.Number) ? 4 : 2.5)}\" ");
            chart.Write($"style=\"fill:{ChartFrame.Pens[known.Contains(trial.Number) ? 1 : 0]}\">");
            chart.Write($"<title>trial {trial.Number}: {x:g6}, {y:g6}</title></circle>");
        }

        return chart.End();
    }
}
