using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Cleaning;

/// <summary>Leaves out columns whose cells are all equal, or all missing. A column with one value and missing cells
/// stays: that a cell is missing may tell something.</summary>
/// <param name="keep">Columns that stay whatever they hold, as the label.</param>
public sealed class DropConstantColumns(params IReadOnlyList<string> keep) : ICleaningStep
{
    /// <inheritdoc/>
    public string Name => "constant columns";

    /// <inheritdoc/>
    public CleaningResult Apply(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        string[] constant = [
            .. table.Columns.Where(c => !keep.Contains(c.Name)).Where(static c => IsConstant(c))
                .Select(static c => c.Name)];
        return constant.Length < table.Columns.Count
            ? new CleaningResult(
                Name, constant.Length == 0 ? table : table.Without(constant), constant.Length == 0 ? 0
                    : table.Rows, constant)
            : throw new InvalidDataException(
                $"{Name}: expected a column that varies, found none of {constant.Length}.");
    }

    private static bool IsConstant(Column column)
    {
        for (var row = 1; row < column.Count; row++)
        {
            if (column.Text(row) != column.Text(0))
            {
                return false;
            }
        }

        return true;
    }
}
