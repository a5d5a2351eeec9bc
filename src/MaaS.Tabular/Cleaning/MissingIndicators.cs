using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Cleaning;

/// <summary>Adds to each column with missing cells a boolean column, <c>NAME missing</c>, that says where. Before an
/// imputation it keeps what the imputation hides. For training use the indicator of
/// <see cref="Features.FeatureOptions"/>, which is fitted on the training rows alone and exported.</summary>
/// <param name="except">Columns that get none, as the label.</param>
public sealed class MissingIndicators(params IReadOnlyList<string> except) : ICleaningStep
{
    /// <inheritdoc/>
    public string Name => "missing indicators";

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">A column has the name of an indicator.</exception>
    public CleaningResult Apply(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var missing = table.Columns.Where(c => c.Missing > 0 && !except.Contains(c.Name)).ToArray();
        var touched = new bool[table.Rows];
        List<Column> columns = [.. table.Columns];
        foreach (var column in missing)
        {
            var name = $"{column.Name} missing";
            if (table.Has(name))
            {
                throw new InvalidDataException($"{Name}: expected no column '{name}', found one; rename it.");
            }

            var values = new double[table.Rows];
            for (var row = 0; row < values.Length; row++)
            {
                values[row] = column.IsMissing(row) ? 1 : 0;
                touched[row] |= column.IsMissing(row);
            }

            columns.Add(new NumberColumn(name, values, ColumnKind.Boolean));
        }

        return new CleaningResult(
            Name, missing.Length == 0 ? table : new Table(columns), touched.Count(static t => t),
            [.. missing.Select(static c => $"{c.Name} missing")]);
    }
}
