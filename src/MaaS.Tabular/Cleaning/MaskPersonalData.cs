using MaaS.Tabular.Tables;
using MaaS.Text.Cleaning;

namespace MaaS.Tabular.Cleaning;

/// <summary>Puts <c>&lt;email&gt;</c>, <c>&lt;iban&gt;</c>, <c>&lt;card&gt;</c>, <c>&lt;ip&gt;</c> and
/// <c>&lt;phone&gt;</c> where personal data stands in categories and texts, and in columns of numbers whose cells are
/// mostly card numbers. See <see cref="PersonalData"/> for what it finds; names and addresses of people are not
/// among it.</summary>
/// <param name="except">Columns that stay as they are.</param>
public sealed class MaskPersonalData(params IReadOnlyList<string> except) : ICleaningStep
{
    /// <inheritdoc/>
    public string Name => "masking";

    /// <inheritdoc/>
    public CleaningResult Apply(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var touched = new bool[table.Rows];
        List<string> columns = [];
        foreach (var column in table.Columns.Where(c => !except.Contains(c.Name)))
        {
            var texts = PersonalCells.Texts(column);
            if (texts is null)
            {
                continue;
            }

            // Most cells come again.
            var masks = new Dictionary<string, string>(StringComparer.Ordinal);
            var changed = false;
            for (var row = 0; row < texts.Length; row++)
            {
                if (texts[row] is not { } text)
                {
                    continue;
                }

                if (!masks.TryGetValue(text, out var mask))
                {
                    masks[text] = mask = PersonalData.Mask(text);
                }

                if (mask != text)
                {
                    texts[row] = mask;
                    changed = touched[row] = true;
                }
            }

            if (changed)
            {
                var kind = column.Kind == ColumnKind.Text ? ColumnKind.Text : ColumnKind.Category;
                table = table.With(new StringColumn(column.Name, texts, kind));
                columns.Add(column.Name);
            }
        }

        return new CleaningResult(Name, table, touched.Count(static t => t), columns);
    }
}
