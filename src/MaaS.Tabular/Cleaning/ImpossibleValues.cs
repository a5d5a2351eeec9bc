using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Cleaning;

/// <summary>Makes cells missing whose number or category the schema does not allow.</summary>
/// <param name="schema">Limits and values by column; columns that it lacks stay as they are.</param>
public sealed class ImpossibleValues(TableSchema schema) : ICleaningStep
{
    /// <inheritdoc/>
    public string Name => "impossible values";

    /// <inheritdoc/>
    public CleaningResult Apply(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var touched = new bool[table.Rows];
        List<string> columns = [];
        foreach (var limits in schema.Columns.Where(c => table.Has(c.Name)))
        {
            var before = columns.Count;
            var cleaned = table[limits.Name] switch
            {
                NumberColumn numbers => new NumberColumn(
                    numbers.Name,
                    Each(numbers.Values, double.NaN, v => v < limits.Minimum || v > limits.Maximum), numbers.Kind),
                StringColumn texts => (Column)new StringColumn(
                    texts.Name, Each(texts.Values, null, v => v is not null && limits.Values?.Contains(v) == false),
                    texts.Kind),
                var other => other,
            };
            table = columns.Count > before ? table.With(cleaned) : table;

            T[] Each<T>(ReadOnlySpan<T> values, T missing, Func<T, bool> impossible)
            {
                var cells = values.ToArray();
                for (var row = 0; row < cells.Length; row++)
                {
                    if (impossible(cells[row]))
                    {
                        cells[row] = missing;
                        touched[row] = true;
                        if (columns.Count == before)
                        {
                            columns.Add(limits.Name);
                        }
                    }
                }

                return cells;
            }
        }

        return new CleaningResult(Name, table, touched.Count(static t => t), columns);
    }
}
