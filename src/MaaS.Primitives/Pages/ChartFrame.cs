using System.Globalization;
using System.Net;
using System.Text;

namespace MaaS.Primitives.Pages;

/// <summary>Two linear axes with their marks, into which charts draw: an SVG picture that scales to its
/// place.</summary>
/// <remarks>Colours are variables of <see cref="ReportStyle"/>; where there are none, those of light ground.</remarks>
internal sealed class ChartFrame
{
    public const int Width = 400, Height = 300, Left = 52, Right = 16, Top = 26, Bottom = 42;

    private readonly StringBuilder _svg = new();
    private readonly Axis _across, _up;

    /// <summary>Draws the axes.</summary>
    /// <param name="title">What the picture shows, for those who do not see it.</param>
    /// <param name="across">Name and range of the horizontal axis.</param>
    /// <param name="up">Range of the vertical axis; its name stands in the title.</param>
    public ChartFrame(string title, Axis across, Axis up)
    {
        (_across, _up) = (across, up);
        Write($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" ");
        Write($"font-family=\"system-ui, sans-serif\" font-size=\"12\">");
        Write($"<title>{WebUtility.HtmlEncode(title)}</title>");
        foreach (var tick in up.Ticks())
        {
            Write($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(tick):f1}\" y2=\"{Y(tick):f1}\" ");
            Write($"style=\"stroke:var(--grid,#e4e4e4)\"/>");
            Write($"<text x=\"{Left - 6}\" y=\"{Y(tick) + 4:f1}\" text-anchor=\"end\" ");
            Write($"style=\"fill:var(--axis,#444)\">{Label(tick)}</text>");
        }

        foreach (var tick in across.Ticks())
        {
            Write($"<text x=\"{X(tick):f1}\" y=\"{Height - Bottom + 17}\" text-anchor=\"middle\" ");
            Write($"style=\"fill:var(--axis,#444)\">{Label(tick)}</text>");
        }

        Write($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\" ");
        Write($"style=\"stroke:var(--axis,#444)\"/>");
        Write($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\" ");
        Write($"style=\"fill:var(--axis,#444)\">{WebUtility.HtmlEncode(across.Name)}</text>");
    }

    /// <summary>Colours of what is drawn, told apart by colour-blind eyes as well.</summary>
    /// <remarks>Okabe, Ito 2008.</remarks>
    public static IReadOnlyList<string> Pens { get; } = [
        "var(--pen1,#0072B2)", "var(--pen2,#D55E00)", "var(--pen3,#009E73)", "var(--pen4,#CC79A7)",
        "var(--pen5,#8A6D00)", "var(--pen6,#555555)"];

    /// <summary>Where a value stands on the horizontal axis.</summary>
    public double X(double x) => Left + (_across.Share(x) * (Width - Right - Left));

    /// <summary>Where a value stands on the vertical axis.</summary>
    public double Y(double y) => Height - Bottom - (_up.Share(y) * (Height - Bottom - Top));

    /// <summary>Adds to the picture.</summary>
    public void Write(FormattableString text) => _svg.Append(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>The picture.</summary>
    public string End() => _svg.Append("</svg>").ToString();

    // Learning rates need an exponent where others need decimals.
    private static string Label(double value)
        => value.ToString(
            value != 0 && (Math.Abs(value) < 1e-3 || Math.Abs(value) >= 1e6) ? "0.##e0" : "0.####",
            CultureInfo.InvariantCulture);

    /// <summary>A range of values.</summary>
    /// <param name="Name">What they are.</param>
    /// <param name="Low">The smallest.</param>
    /// <param name="High">The largest.</param>
    /// <param name="LeastStep">The least distance of two marks; 1 for whole numbers.</param>
    public sealed record Axis(string Name, double Low, double High, double LeastStep = 0)
    {
        private double Span => High > Low ? High - Low : 1;

        public double Share(double value) => (value - Low) / Span;

        // 1, 2 or 5 times a power of ten apart, about five of them.
        public IEnumerable<double> Ticks()
        {
            var rough = Span / 5;
            var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
            var step = Math.Max(
                LeastStep, power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 }));
            var last = (long)Math.Floor(((Low + Span) / step) + 1e-9);
            for (var i = (long)Math.Ceiling((Low / step) - 1e-9); i <= last; i++)
            {
                yield return i * step;
            }
        }
    }
}
