using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Cleaning;

/// <summary>Leaves out every row that is equal to an earlier one in all columns but some; missing cells are equal to
/// each other.</summary>
/// <param name="ignored">Columns that do not tell rows apart, such as an identifier.</param>
public sealed class DropDuplicates(params string[] ignored) : ICleaningStep
{
    /// <inheritdoc/>
    public string Name => "duplicates";

    /// <inheritdoc/>
    public CleaningResult Apply(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        List<int> kept = [];
        var columns = table.Columns.Where(c => !ignored.Contains(c.Name)).ToArray();
        for (var row = 0; row < table.Rows; row++)
        {
            // A cell's length before its text keeps ("a", "bc") apart from ("ab", "c").
            var key = string.Concat(columns.Select(c => c.Text(row) is { } text ? $"{text.Length}:{text}" : "-"));
            if (seen.Add(key))
            {
                kept.Add(row);
            }
        }

        var dropped = table.Rows - kept.Count;
        return new CleaningResult(Name, dropped == 0 ? table : table.Take(kept.ToArray()), dropped, []);
    }
}
