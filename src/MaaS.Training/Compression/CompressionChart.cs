using System.Net;
using System.Text;

namespace MaaS.Training.Compression;

/// <summary>Draws the points of a compression: cost to the right, accuracy upwards, the front joined, numbers as in the
/// table.</summary>
internal static class CompressionChart
{
    private const int Width = 400, Height = 300, Left = 52, Right = 16, Top = 14, Bottom = 42, Radius = 8;

    /// <summary>An SVG picture that scales to its place.</summary>
    /// <param name="result">What to draw.</param>
    /// <param name="unit">What the axis to the right says.</param>
    /// <param name="cost">Less is better.</param>
    public static string Draw(CompressionResult result, string unit, Func<CompressionPoint, double> cost)
    {
        var points = result.Points;
        var across = new Scale(0, 1.05 * points.Max(cost), Left, Width - Right);
        var (low, high) = (points.Min(static p => p.Accuracy), points.Max(static p => p.Accuracy));
        var margin = Math.Max((high - low) * 0.1, 0.0005);
        var up = new Scale(low - margin, high + margin, Height - Bottom, Top);

        var svg = new StringBuilder();
        svg.Append(
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" "
                + "font-family=\"system-ui, sans-serif\" font-size=\"12\">");
        svg.Append($"<title>accuracy against {WebUtility.HtmlEncode(unit)}</title>");
        foreach (var tick in up.Ticks())
        {
            svg.Append(
                $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{up.At(tick):f1}\" y2=\"{up.At(tick):f1}\" "
                    + "style=\"stroke:var(--grid,#e4e4e4)\"/>");
            svg.Append(
                $"<text x=\"{Left - 6}\" y=\"{up.At(tick) + 4:f1}\" text-anchor=\"end\" "
                    + $"style=\"fill:var(--axis,#444)\">{100 * tick:0.##}%</text>");
        }

        foreach (var tick in across.Ticks())
        {
            svg.Append(
                $"<text x=\"{across.At(tick):f1}\" y=\"{Height - Bottom + 17}\" text-anchor=\"middle\" "
                    + $"style=\"fill:var(--axis,#444)\">{tick:0.####}</text>");
        }

        svg.Append(
            $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\" "
                + "style=\"stroke:var(--axis,#444)\"/>");
        svg.Append(
            $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\" "
                + $"style=\"fill:var(--axis,#444)\">{WebUtility.HtmlEncode(unit)}</text>");
        var front = Front(points, cost).Select(p => $"{across.At(cost(p)):f1},{up.At(p.Accuracy):f1}");
        svg.Append(
            $"<polyline points=\"{string.Join(' ', front)}\" fill=\"none\" style=\"stroke:var(--pen1,#0072B2)\" "
                + "stroke-width=\"1.5\"/>");

        // The front and the choice last, so that they lie on top.
        var drawn = points.Select(static (point, i) => (point, Number: i + 1))
            .OrderBy(static p => p.point.OnFront).ThenBy(p => p.point.Name == result.Chosen);
        foreach (var (point, number) in drawn)
        {
            var (fill, text) = point.Name == result.Chosen
                ? ("var(--pen2,#D55E00)", "var(--ground,#fff)")
                : point.OnFront ? ("var(--pen1,#0072B2)", "var(--ground,#fff)")
                : ("var(--ground,#fff)", "var(--soft,#555)");
            var (x, y) = (across.At(cost(point)), up.At(point.Accuracy));
            svg.Append(
                $"<g><title>{WebUtility.HtmlEncode(point.Name)}: accuracy {point.Accuracy:0.0000}, {cost(point):0.###} "
                    + $"{WebUtility.HtmlEncode(unit)}</title>");
            svg.Append($"<circle cx=\"{x:f1}\" cy=\"{y:f1}\" r=\"{Radius}\" style=\"fill:{fill};stroke:#777\"/>");
            svg.Append(
                $"<text x=\"{x:f1}\" y=\"{y + 4:f1}\" text-anchor=\"middle\" font-size=\"11\" "
                    + $"style=\"fill:{text}\">{number}</text></g>");
        }

        return svg.Append("</svg>").ToString();
    }

    // Of accuracy and this cost alone.
    private static IEnumerable<CompressionPoint> Front(
        IReadOnlyList<CompressionPoint> points, Func<CompressionPoint, double> cost)
    {
        var best = double.NegativeInfinity;
        foreach (var point in points.OrderBy(cost).ThenByDescending(static p => p.Accuracy))
        {
            if (point.Accuracy > best)
            {
                best = point.Accuracy;
                yield return point;
            }
        }
    }

    /// <summary>Values on an axis of the picture.</summary>
    private readonly struct Scale(double low, double high, double from, double to)
    {
        private readonly double _range = high > low ? high - low : 1;

        public double At(double value) => from + ((value - low) / _range * (to - from));

        // 1, 2 or 5 times a power of ten apart, about five of them.
        public IEnumerable<double> Ticks()
        {
            var rough = _range / 5;
            var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
            var step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
            var first = (long)Math.Ceiling(low / step);
            var last = (long)Math.Floor((low + _range) / step);
            for (var i = first; i <= last; i++)
            {
                yield return i * step;
            }
        }
    }
}
