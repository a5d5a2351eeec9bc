using MaaS.Core.Packages;
using MaaS.Tabular.Features;
using MaaS.Tabular.Tables;
using MaaS.Text.Cleaning;

namespace MaaS.Tabular.Export;

/// <summary>The form of a row of a table, for pages that ask for one.</summary>
internal static class TableForm
{
    /// <summary>A field a column: with the categories that the rows hold, and a value that is usual. Of columns in
    /// which
    /// personal data is found it tells neither.</summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="schema">The columns that the model takes.</param>
    public static RowForm Of(Table rows, TableSchema schema) => new(
        [.. schema.Columns.Select(column => Field(rows[column.Name]))]);

    private static RowField Field(Column column)
    {
        if (column is StringColumn texts)
        {
            if (column.Kind == ColumnKind.Text)
            {
                return new RowField(column.Name, RowFieldKind.Text);
            }

            var counts = texts.Values.ToArray().OfType<string>().CountBy(static t => t, StringComparer.Ordinal)
                .OrderByDescending(static c => c.Value).ThenBy(static c => c.Key, StringComparer.Ordinal)
                .Take(RowForm.MostCategories).Select(static c => c.Key).ToArray();
            if (Array.Exists(counts, static c => PersonalData.Mask(c) != c))
            {
                // Who may ask the model may not therefore read whom it learned from.
                return new RowField(column.Name, RowFieldKind.Category);
            }

            return new RowField(column.Name, RowFieldKind.Category)
            {
                Categories = [.. counts.Order(StringComparer.Ordinal)],
                Example = counts.FirstOrDefault(),
            };
        }

        var numbers = (NumberColumn)column;
        var sorted = Quantiles.Sorted(numbers.Values);
        // The lower median is a value that stands in the column.
        var usual = sorted.Length == 0 ? null : CellText.Write(column.Kind, sorted[(sorted.Length - 1) / 2]);
        var kind = column.Kind switch
        {
            ColumnKind.Boolean => RowFieldKind.Boolean,
            ColumnKind.Date => RowFieldKind.Date,
            _ => RowFieldKind.Number,
        };
        return new RowField(column.Name, kind)
        {
            Example = usual,
            HasTime = column.Kind == ColumnKind.Date && sorted.Any(static s => s % 86400 != 0),
        };
    }
}
