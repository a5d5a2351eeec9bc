using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Cleaning;

/// <summary>Leaves out every row in which one of some columns is missing, as the label.</summary>
/// <param name="columns">The columns that must have a cell.</param>
public sealed class DropMissing(params IReadOnlyList<string> columns) : ICleaningStep
{
    /// <inheritdoc/>
    public string Name => "missing cells";

    /// <inheritdoc/>
    /// <exception cref="KeyNotFoundException">A column is not there.</exception>
    /// <exception cref="InvalidDataException">No row has them all.</exception>
    public CleaningResult Apply(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var needed = columns.Select(name => table[name]).ToArray();
        int[] kept = [.. Enumerable.Range(0, table.Rows).Where(row => !needed.Any(c => c.IsMissing(row)))];
        var dropped = table.Rows - kept.Length;
        return kept.Length == 0
            ? throw new InvalidDataException(
                $"{Name}: expected a row with a cell in each of {string.Join(", ", columns)}, got none.")
            : new CleaningResult(
                Name, dropped == 0 ? table : table.Take(kept), dropped,
                [.. needed.Where(static c => c.Missing > 0).Select(static c => c.Name)]);
    }
}
