using System.Globalization;
using System.Net;
using System.Text;
using MaaS.Primitives.Display;

namespace MaaS.Core.Metrics;

/// <summary>A confusion matrix as an HTML table, coloured by the share of a class's samples: blue where they should be,
/// orange where not.</summary>
internal static class ConfusionMatrixTable
{
    private const string Hit = "0,114,178", Miss = "213,94,0";

    public static string Render(ConfusionMatrix matrix)
    {
        var html = new StringBuilder(HtmlTable.Open);
        html.Append("<tr><th style=\"font-weight:400\">actual ↓ predicted →</th>");
        foreach (var name in matrix.Classes)
        {
            html.Append($"<th style=\"text-align:center\">{WebUtility.HtmlEncode(name)}</th>");
        }

        html.Append("</tr>");
        for (var i = 0; i < matrix.Classes.Count; i++)
        {
            html.Append($"<tr><th style=\"text-align:left\">{WebUtility.HtmlEncode(matrix.Classes[i])}</th>");
            for (var j = 0; j < matrix.Classes.Count; j++)
            {
                // Translucent, so that the text keeps its contrast on light and on dark ground.
                var share = (double)matrix[i, j] / Math.Max(1, matrix.Support(i));
                html.Append(
                    CultureInfo.InvariantCulture,
                    $"<td style=\"text-align:center;background:rgba({(i == j ? Hit : Miss)},");
                html.Append(CultureInfo.InvariantCulture, $"{0.06 + (0.4 * share):0.00})\">{matrix[i, j]}</td>");
            }

            html.Append("</tr>");
        }

        return html.Append(HtmlTable.Close).ToString();
    }
}
