using System.Net;
using System.Text;

namespace MaaS.Training.Pruning;

/// <summary>Draws a sensitivity report: ratio to the right, score upwards, one line a group.</summary>
internal static class SensitivityPlot
{
    private const int Width = 760, Height = 420, Left = 60, Right = 220, Top = 20, Bottom = 50;

    // Okabe, Ito 2008: colours that colour-blind readers tell apart.
    private static readonly string[] Colours = [
        "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];

    public static string Draw(SensitivityReport report)
    {
        var most = Math.Max(report.Points.Select(static p => p.Ratio).DefaultIfEmpty(1).Max(), 1e-9);
        var scores = report.Points.Select(static p => p.Score).Append(report.Baseline).ToArray();
        var (low, high) = (scores.Min(), scores.Max());
        var range = high > low ? high - low : 1;
        double X(double ratio) => Left + (ratio / most * (Width - Left - Right));
        double Y(double score) => Height - Bottom - ((score - low) / range * (Height - Top - Bottom));

        var svg = new StringBuilder();
        svg.Append($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" ");
        svg.AppendLine("font-family=\"sans-serif\" font-size=\"12\">");
        svg.AppendLine($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>");
        foreach (var ratio in report.Points.Select(static p => p.Ratio).Append(0).Distinct().Order())
        {
            svg.AppendLine(
                $"<text x=\"{X(ratio):f1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{ratio:0.###}</text>");
        }

        for (var tick = 0; tick <= 4; tick++)
        {
            var score = low + (range * tick / 4);
            var y = Y(score);
            svg.AppendLine($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:f1}\" y2=\"{y:f1}\" stroke=\"#ddd\"/>");
            svg.AppendLine($"<text x=\"{Left - 6}\" y=\"{y + 4:f1}\" text-anchor=\"end\">{score:0.###}</text>");
        }

        svg.Append($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 12}\" text-anchor=\"middle\">");
        svg.AppendLine("share of units removed</text>");
        var index = 0;
        foreach (var group in report.Points.GroupBy(static p => p.Group))
        {
            var colour = Colours[index % Colours.Length];
            var points = group.OrderBy(static p => p.Ratio).Select(static p => (p.Ratio, p.Score))
                .Prepend((0, report.Baseline));
            var line = string.Join(' ', points.Select(p => $"{X(p.Item1):f1},{Y(p.Item2):f1}"));
            svg.AppendLine($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{line}\"/>");
            svg.Append($"<text x=\"{Width - Right + 12}\" y=\"{Top + 12 + (16 * index)}\" fill=\"{colour}\">");
            svg.AppendLine($"{WebUtility.HtmlEncode(group.Key)}</text>");
            index++;
        }

        return svg.AppendLine("</svg>").ToString();
    }
}
