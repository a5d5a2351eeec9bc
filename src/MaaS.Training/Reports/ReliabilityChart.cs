using MaaS.Core.Metrics;
using MaaS.Primitives.Pages;

namespace MaaS.Training.Reports;

/// <summary>Draws how often a classifier is right by how sure it is; the line is where both agree.</summary>
internal static class ReliabilityChart
{
    public static string Draw(Calibration calibration)
    {
        var chart = new ChartFrame(
            "share that is right by probability of the chosen class", new("probability of the chosen class", 0, 1),
            new("share that is right", 0, 1));
        var most = Math.Max(1, calibration.Bins.Max(static b => b.Count));
        foreach (var bin in calibration.Bins.Where(static b => b.Count > 0))
        {
            var (x, top) = (chart.X(bin.Low), chart.Y(bin.Accuracy));
            // What holds few samples is faint.
            chart.Write($"<rect x=\"{x + 1:f1}\" width=\"{chart.X(bin.High) - x - 2:f1}\" y=\"{top:f1}\" ");
            chart.Write($"height=\"{Math.Max(1, chart.Y(0) - top):f1}\" style=\"fill:{ChartFrame.Pens[0]}\" ");
            chart.Write($"fill-opacity=\"{0.25 + (0.75 * Math.Sqrt((double)bin.Count / most)):f2}\">");
            chart.Write($"<title>{bin.Count} samples, probability {bin.Confidence:f3}, ");
            chart.Write($"right {bin.Accuracy:f3}</title></rect>");
        }

        chart.Write($"<line x1=\"{chart.X(0):f1}\" y1=\"{chart.Y(0):f1}\" x2=\"{chart.X(1):f1}\" ");
        chart.Write($"y2=\"{chart.Y(1):f1}\" style=\"stroke:{ChartFrame.Pens[1]}\" stroke-width=\"1.5\" ");
        chart.Write($"stroke-dasharray=\"6 3\"/>");
        return chart.End();
    }
}
