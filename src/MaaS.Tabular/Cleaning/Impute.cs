using MaaS.Tabular.Features;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Cleaning;

/// <summary>Fills missing cells: numbers by the rule, categories by the most frequent one. For training use the
/// imputation of <see cref="FeatureOptions"/>, which is fitted on the training rows alone and exported.</summary>
/// <param name="imputation">What fills a number.</param>
/// <param name="except">Columns that stay as they are, as the label.</param>
public sealed class Impute(Imputation imputation = Imputation.Median, params IReadOnlyList<string> except)
    : ICleaningStep
{
    /// <inheritdoc/>
    public string Name => "imputation";

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">A column has no value to impute from.</exception>
    public CleaningResult Apply(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var touched = new bool[table.Rows];
        List<string> columns = [];
        foreach (var column in table.Columns.Where(c => c.Missing > 0 && !except.Contains(c.Name)))
        {
            if (column.Missing == column.Count)
            {
                throw new InvalidDataException(
                    $"{Name}: column '{column.Name}': expected at least one value, got none.");
            }

            for (var row = 0; row < table.Rows; row++)
            {
                touched[row] |= column.IsMissing(row);
            }

            table = table.With(Filled(column));
            columns.Add(column.Name);
        }

        return new CleaningResult(Name, table, touched.Count(static t => t), columns);
    }

    private Column Filled(Column column)
    {
        if (column is NumberColumn numbers)
        {
            var rule = numbers.Kind == ColumnKind.Number ? imputation : Imputation.Mode;
            var fill = Imputer.Fill(rule, numbers.Values);
            return new NumberColumn(
                column.Name, Array.ConvertAll(numbers.Values.ToArray(), v => double.IsNaN(v) ? fill : v), column.Kind);
        }

        var texts = ((StringColumn)column).Values.ToArray();
        var mode = texts.Where(static t => t is not null).GroupBy(static t => t, StringComparer.Ordinal)
            .OrderByDescending(static g => g.Count()).ThenBy(static g => g.Key, StringComparer.Ordinal).First().Key;
        return new StringColumn(column.Name, Array.ConvertAll(texts, t => t ?? mode), column.Kind);
    }
}
