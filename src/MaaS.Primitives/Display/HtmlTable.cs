using System.Net;
using System.Text;

namespace MaaS.Primitives.Display;

/// <summary>Tables as fragments of HTML: the first row is the head, the first column to the left, the others to the
/// right.</summary>
public static class HtmlTable
{
    private const string Rule = "border-top:1px solid #8888;", Left = "text-align:left", Right = "text-align:right";

    /// <summary>Opens a box that scrolls where a table is too wide, and the table in it.</summary>
    public const string Open =
        "<div style=\"overflow-x:auto\"><table style=\"border-collapse:collapse;font-variant-numeric:tabular-nums\">";

    /// <summary>Closes what <see cref="Open"/> opened.</summary>
    public const string Close = "</table></div>";

    /// <summary>Writes a table; takes what <see cref="TextTable.Render"/> takes.</summary>
    /// <param name="rows">Cells; shorter rows are filled up.</param>
    /// <param name="ruledRows">Indices of the rows that get a line above them.</param>
    public static string Render(IReadOnlyList<string[]> rows, params ReadOnlySpan<int> ruledRows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var columns = rows.Max(static r => r.Length);
        var html = new StringBuilder(Open);
        for (var r = 0; r < rows.Count; r++)
        {
            html.Append("<tr>");
            for (var c = 0; c < columns; c++)
            {
                var (tag, cell) = (r == 0 ? "th" : "td", c < rows[r].Length ? rows[r][c] : "");
                var style = (ruledRows.Contains(r) ? Rule : "") + (c == 0 ? Left : Right);
                html.Append($"<{tag} style=\"{style}\">{WebUtility.HtmlEncode(cell)}</{tag}>");
            }

            html.Append("</tr>");
        }

        return html.Append(Close).ToString();
    }
}
