namespace MaaS.Training.Data.Streams;

/// <summary>Reads all rows once, for their number and their classes.</summary>
internal static class TableScan
{
    /// <exception cref="InvalidDataException">There are fewer than two classes, or a row cannot be used and is not to be
    /// left out.</exception>
    public static (IReadOnlyList<string> Classes, long Count) Run(
        IReadOnlyList<string> paths, TableColumns columns, TableOptions options)
    {
        string[] wanted = columns.Label is { } name ? [name] : [columns.All[0]];
        var classes = new SortedSet<string>(StringComparer.Ordinal);
        long count = 0;
        foreach (var row in RowFiles.Open(paths, wanted, options.Delimiter).ReadAll())
        {
            count++;
            if (columns.Label is null || columns.Classes is not null)
            {
                continue;
            }

            var fault = row.Fault;
            var label = fault is null ? row.Text(0) : null;
            if (!string.IsNullOrWhiteSpace(label))
            {
                classes.Add(label);
            }
            else if (options.OnBadRow == BadSample.Refuse)
            {
                throw new InvalidDataException(
                    $"{row.Place}: {fault ?? $"column '{columns.Label}': expected a class, got nothing"}; mend the row, "
                        + "or leave bad rows out.");
            }
        }

        return columns.Label is null || columns.Classes is not null || count == 0 || classes.Count >= 2
            ? ([.. classes], count)
            : throw new InvalidDataException(
                $"{paths[0]}: column '{columns.Label}': expected at least two classes, got "
                    + $"{(classes.Count == 0 ? "none" : $"'{classes.Min}' alone")} in {count} rows.");
    }
}
