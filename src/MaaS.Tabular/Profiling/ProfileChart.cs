using System.Globalization;
using MaaS.Primitives.Pages;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Profiling;

/// <summary>Draws a histogram as SVG.</summary>
internal static class ProfileChart
{
    private const int Width = 400, Height = 130, Floor = 108;

    /// <summary>A bar a bin, with the ends of the range below.</summary>
    public static string Draw(string title, ColumnProfile column, Histogram histogram)
    {
        var most = Math.Max(1, histogram.Counts.Max());
        var step = (double)Width / histogram.Counts.Count;
        var kind = column.Kind == ColumnKind.Text ? ColumnKind.Number : column.Kind;
        var bars = string.Concat(histogram.Counts.Select((count, i) =>
        {
            // One row among millions can still be seen.
            var height = count == 0 ? 0 : Math.Max(1.5, (double)count / most * (Floor - 6));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{(i * step) + 0.5:0.0}\" y=\"{Floor - height:0.0}\" width=\"{Math.Max(1, step - 1):0.0}\" "
                    + $"height=\"{height:0.0}\"><title>{ReportPage.Encode(Label(kind, histogram.Edges[i]))} – "
                    + $"{ReportPage.Encode(Label(kind, histogram.Edges[i + 1]))}: {count:n0}</title></rect>");
        }));
        var unit = column.Kind == ColumnKind.Text ? " letters" : "";
        return $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" font-family=\"system-ui, sans-serif\" "
            + $"font-size=\"13\">"
            + $"<title>{ReportPage.Encode(title)}</title><g style=\"fill:var(--pen1,#0072B2)\">{bars}</g>"
            + $"<line x1=\"0\" x2=\"{Width}\" y1=\"{Floor}\" y2=\"{Floor}\" style=\"stroke:var(--axis,#444)\"/>"
            + $"<g style=\"fill:var(--axis,#444)\"><text x=\"0\" y=\"{Floor + 17}\">"
            + $"{ReportPage.Encode(Label(kind, histogram.Edges[0]))}{unit}</text>"
            + $"<text x=\"{Width}\" y=\"{Floor + 17}\" text-anchor=\"end\">"
            + $"{ReportPage.Encode(Label(kind, histogram.Edges[^1]))}{unit}</text></g></svg>";
    }

    /// <summary>A number or date for people.</summary>
    public static string Label(ColumnKind kind, double value) => kind == ColumnKind.Date
        ? CellText.Date(value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : value == Math.Floor(value) && Math.Abs(value) < 1e7 ? value.ToString("n0", CultureInfo.InvariantCulture)
        : value.ToString("g5", CultureInfo.InvariantCulture);
}
