using System.Text;

namespace MaaS.Primitives.Display;

/// <summary>Plain text tables: the first column to the left, the others to the right.</summary>
public static class TextTable
{
    /// <summary>Writes a table, one line a row.</summary>
    /// <param name="rows">Cells; shorter rows end early; an empty row is a blank line.</param>
    /// <param name="ruledRows">Indices of the rows that get a line above them.</param>
    public static string Render(IReadOnlyList<string[]> rows, params ReadOnlySpan<int> ruledRows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var widths = new int[rows.Max(r => r.Length)];
        foreach (var row in rows)
        {
            for (var c = 0; c < row.Length; c++)
            {
                widths[c] = Math.Max(widths[c], row[c].Length);
            }
        }

        var text = new StringBuilder();
        for (var r = 0; r < rows.Count; r++)
        {
            if (ruledRows.Contains(r))
            {
                text.Append('─', widths.Sum() + 2 * (widths.Length - 1)).Append('\n');
            }

            for (var c = 0; c < rows[r].Length; c++)
            {
                var cell = rows[r][c];
                text.Append(c == 0 ? cell.PadRight(widths[c]) : "  " + cell.PadLeft(widths[c]));
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
