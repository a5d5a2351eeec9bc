using System.Globalization;
using System.Text;
using MaaS.Primitives.Pages;

namespace MaaS.Tabular.Profiling;

/// <summary>Draws how every column goes together with every other one, as a grid of squares.</summary>
internal static class AssociationGrid
{
    private const int MostColumns = 30, Side = 22, Names = 150;

    /// <summary>The grid of the first columns; null where there are fewer than three.</summary>
    public static string? Draw(IReadOnlyList<Association> associations)
    {
        var pairs = associations.Where(static a => a.Measure != AssociationMeasure.Pearson)
            .ToDictionary(static a => (a.First, a.Second));
        var columns = pairs.Values.SelectMany(static a => new[] { a.First, a.Second }).Distinct().Take(MostColumns)
            .ToArray();
        if (columns.Length < 3)
        {
            return null;
        }

        var size = columns.Length * Side;
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Names + size + 2} {size + 2}\" role=\"img\" style=\"max-width:{Names + size}px;"
                + $"min-width:20rem\" font-family=\"system-ui, sans-serif\" font-size=\"12\">"
                + $"<title>How columns go together</title>");
        for (var i = 0; i < columns.Length; i++)
        {
            var name = columns[i].Length > 22 ? $"{columns[i][..21]}…" : columns[i];
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{Names - 6}\" y=\"{(i * Side) + 16}\" text-anchor=\"end\" style=\"fill:var(--axis,#444)\">"
                    + $"{ReportPage.Encode(name)}</text>");
            for (var j = 0; j <= i; j++)
            {
                Square(svg, pairs, columns, i, j);
            }
        }

        return svg.Append("</svg>").ToString();
    }

    private static void Square(
        StringBuilder svg, Dictionary<(string, string), Association> pairs, string[] columns, int i, int j)
    {
        var pair = pairs.GetValueOrDefault((columns[j], columns[i]))
            ?? pairs.GetValueOrDefault((columns[i], columns[j]));
        var value = i == j ? 1 : pair?.Value ?? double.NaN;
        var strength = double.IsNaN(value) ? 0 : Math.Abs(value);
        var text = double.IsNaN(value) ? "–" : value.ToString("0.00", CultureInfo.InvariantCulture);
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{Names + (j * Side)}\" y=\"{i * Side}\" width=\"{Side - 1}\" height=\"{Side - 1}\" "
                + $"style=\"fill:var({(value < 0 ? "--pen2,#D55E00" : "--pen1,#0072B2")});stroke:var(--grid,#e4e4e4)\" "
                + $"fill-opacity=\"{strength:0.00}\"><title>{ReportPage.Encode(columns[j])} – "
                + $"{ReportPage.Encode(columns[i])}: {text}</title></rect>");
    }
}
