using MaaS.Tabular.Features;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Cleaning;

/// <summary>Moves numbers outside two quantiles of their column onto these.</summary>
public sealed class Clip : ICleaningStep
{
    private readonly double _lower;
    private readonly double _upper;
    private readonly IReadOnlyList<string> _except;

    /// <summary>Chooses the quantiles.</summary>
    /// <param name="lower">0 or more.</param>
    /// <param name="upper">Above <paramref name="lower"/>, at most 1.</param>
    /// <param name="except">Columns that stay as they are, as the label.</param>
    /// <exception cref="ArgumentOutOfRangeException">The quantiles are not in order between 0 and 1.</exception>
    public Clip(double lower = 0.01, double upper = 0.99, params IReadOnlyList<string> except)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lower);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(upper, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(lower, upper);
        (_lower, _upper, _except) = (lower, upper, except);
    }

    /// <inheritdoc/>
    public string Name => "clipping";

    /// <inheritdoc/>
    public CleaningResult Apply(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var touched = new bool[table.Rows];
        List<string> columns = [];
        foreach (var column in table.Columns.OfType<NumberColumn>()
            .Where(c => c.Kind == ColumnKind.Number && !_except.Contains(c.Name) && c.Missing < c.Count))
        {
            var sorted = Quantiles.Sorted(column.Values);
            var (low, high) = (Quantiles.At(sorted, _lower), Quantiles.At(sorted, _upper));
            var values = column.Values.ToArray();
            var changed = false;
            for (var row = 0; row < values.Length; row++)
            {
                if (values[row] < low || values[row] > high)
                {
                    values[row] = Math.Clamp(values[row], low, high);
                    changed = touched[row] = true;
                }
            }

            if (changed)
            {
                table = table.With(new NumberColumn(column.Name, values));
                columns.Add(column.Name);
            }
        }

        return new CleaningResult(Name, table, touched.Count(static t => t), columns);
    }
}
