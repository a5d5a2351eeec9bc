using System.Globalization;
using System.Net;
using System.Text;

namespace MaaS.Training.Tuning.Pages;

/// <summary>Draws the importance of parameters as bars.</summary>
internal static class ImportanceChart
{
    private const int Width = 400, Row = 26, Names = 150, Numbers = 48, MostLetters = 22;

    public static string Draw(IReadOnlyList<(string Parameter, double Share)> importance)
    {
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Row * importance.Count}\" role=\"img\" "
                + $"font-family=\"system-ui, sans-serif\" font-size=\"12\"><title>importance of parameters</title>");
        for (var i = 0; i < importance.Count; i++)
        {
            var (name, share) = importance[i];
            var middle = (i * Row) + (Row / 2);
            var length = share * (Width - Names - Numbers);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{Names - 8}\" y=\"{middle + 4}\" text-anchor=\"end\" style=\"fill:var(--ink,#1a1a1a)\">"
                    + $"<title>{WebUtility.HtmlEncode(name)}</title>{WebUtility.HtmlEncode(Short(name))}</text>"
                    + $"<rect x=\"{Names}\" y=\"{middle - 8}\" width=\"{Math.Max(length, 0.5):f1}\" height=\"16\" "
                    + $"style=\"fill:var(--pen1,#0072B2)\"/><text x=\"{Names + length + 6:f1}\" y=\"{middle + 4}\" "
                    + $"style=\"fill:var(--axis,#444)\">{share:0.00}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    private static string Short(string name) => name.Length > MostLetters ? $"{name[..(MostLetters - 1)]}…" : name;
}
