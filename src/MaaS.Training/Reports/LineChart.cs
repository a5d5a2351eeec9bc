using System.Globalization;
using System.Net;
using System.Text;

namespace MaaS.Training.Reports;

/// <summary>Draws lines over two linear axes as an SVG picture that scales to its place.</summary>
internal static class LineChart
{
    private const int Width = 400, Height = 300, Left = 52, Right = 16, Top = 26, Bottom = 42;

    // Told apart by colour-blind eyes as well (Okabe, Ito 2008), and by their dashes.
    private static readonly (string Colour, string Dash)[] Pens = [
        ("#0072B2", ""), ("#D55E00", "6 3"), ("#009E73", "2 3")];

    /// <summary>The picture; points that are not finite are left out.</summary>
    /// <param name="across">What the horizontal axis says.</param>
    /// <param name="up">What the vertical axis is of.</param>
    /// <param name="lines">At most three.</param>
    /// <param name="leastStepAcross">The least distance of two marks on the horizontal axis; 1 for whole
    /// numbers.</param>
    public static string Draw(string across, string up, IReadOnlyList<Line> lines, double leastStepAcross = 0)
    {
        var points = lines.SelectMany(static l => l.Points).Where(static p => double.IsFinite(p.Y)).DefaultIfEmpty()
            .ToArray();
        var (left, right) = (points.Min(static p => p.X), points.Max(static p => p.X));
        var (low, high) = (points.Min(static p => p.Y), points.Max(static p => p.Y));
        double X(double x) => Left + ((x - left) / Span(left, right) * (Width - Right - Left));
        double Y(double y) => Height - Bottom - ((y - low) / Span(low, high) * (Height - Bottom - Top));

        var svg = new StringBuilder();
        void Write(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
        Write($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" ");
        Write($"font-family=\"system-ui, sans-serif\" font-size=\"12\">");
        Write($"<title>{WebUtility.HtmlEncode($"{up} by {across}")}</title>");
        foreach (var tick in Ticks(low, high))
        {
            Write($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(tick):f1}\" y2=\"{Y(tick):f1}\" ");
            Write($"stroke=\"#e4e4e4\"/>");
            Write($"<text x=\"{Left - 6}\" y=\"{Y(tick) + 4:f1}\" text-anchor=\"end\" fill=\"#444\">");
            Write($"{tick:0.####}</text>");
        }

        foreach (var tick in Ticks(left, right, leastStepAcross))
        {
            Write($"<text x=\"{X(tick):f1}\" y=\"{Height - Bottom + 17}\" text-anchor=\"middle\" ");
            Write($"fill=\"#444\">{tick:0.##}</text>");
        }

        Write($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\" ");
        Write($"stroke=\"#444\"/>");
        Write($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\" ");
        Write($"fill=\"#444\">{WebUtility.HtmlEncode(across)}</text>");
        for (var i = 0; i < lines.Count; i++)
        {
            var (colour, dash) = Pens[i % Pens.Length];
            var path = string.Join(' ', lines[i].Points.Where(static p => double.IsFinite(p.Y))
                .Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.X):f1},{Y(p.Y):f1}")));
            if (path.Length > 0 && lines[i].Points is [var (x, y)])
            {
                // No line through one point.
                Write($"<circle cx=\"{X(x):f1}\" cy=\"{Y(y):f1}\" r=\"3\" fill=\"{colour}\"/>");
            }

            Write($"<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" ");
            Write($"stroke-dasharray=\"{dash}\"/>");
            Write($"<line x1=\"{Left + (i * 160)}\" x2=\"{Left + 22 + (i * 160)}\" y1=\"10\" y2=\"10\" ");
            Write($"stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>");
            Write($"<text x=\"{Left + 27 + (i * 160)}\" y=\"14\" ");
            Write($"fill=\"#1a1a1a\">{WebUtility.HtmlEncode(Short(lines[i].Name))}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    private static string Short(string name) => name.Length > 22 ? $"{name[..21]}…" : name;

    private static double Span(double low, double high) => high > low ? high - low : 1;

    // 1, 2 or 5 times a power of ten apart, about five of them.
    private static IEnumerable<double> Ticks(double low, double high, double leastStep = 0)
    {
        var rough = Span(low, high) / 5;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = Math.Max(leastStep, power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 }));
        for (var i = (long)Math.Ceiling(low / step); i <= (long)Math.Floor(high / step + 1e-9); i++)
        {
            yield return i * step;
        }
    }

    /// <param name="Name">What the legend says.</param>
    /// <param name="Points">From left to right.</param>
    public sealed record Line(string Name, IReadOnlyList<(double X, double Y)> Points);
}
