using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Cleaning;

/// <summary>Fills a missing number with the mean of the rows that are nearest in all other numbers.</summary>
/// <remarks>As scikit-learn's KNNImputer with uniform weights: the distance of two rows is Euclidean over the columns
/// that both have, scaled up by the share of those (Troyanskaya and others 2001); only rows that have the cell lend
/// theirs; without any column in common the column's mean fills. Numbers are taken as they are, so that those of a wide
/// range weigh most: bring columns to one scale before. Of equally near rows the first count. It compares each row that
/// lacks a cell with all rows.</remarks>
/// <param name="neighbors">How many rows lend, 1 or more.</param>
/// <param name="except">Columns that are neither compared nor filled, as the label.</param>
public sealed class ImputeNearest(int neighbors = 5, params IReadOnlyList<string> except) : ICleaningStep
{
    /// <inheritdoc/>
    public string Name => "imputation by nearest rows";

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">There is to be no neighbour.</exception>
    /// <exception cref="InvalidDataException">A column has no value to impute from.</exception>
    public CleaningResult Apply(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 1);
        var columns = table.Columns.OfType<NumberColumn>()
            .Where(c => c.Kind == ColumnKind.Number && !except.Contains(c.Name)).ToArray();
        var values = Array.ConvertAll(columns, static c => c.Values.ToArray());
        var filled = Array.ConvertAll(values, static v => (double[])v.Clone());
        if (Array.Find(columns, static c => c.Missing == c.Count) is { } empty)
        {
            throw new InvalidDataException($"{Name}: column '{empty.Name}': expected at least one value, got none.");
        }

        var touched = 0;
        Parallel.For(0, table.Rows, row =>
        {
            if (!Array.Exists(values, v => double.IsNaN(v[row])))
            {
                return;
            }

            Interlocked.Increment(ref touched);
            var distances = Distances(values, row, table.Rows);
            for (var c = 0; c < columns.Length; c++)
            {
                if (double.IsNaN(values[c][row]))
                {
                    filled[c][row] = Fill(values[c], distances);
                }
            }
        });

        var changed = columns.Where(static c => c.Missing > 0).ToArray();
        foreach (var column in changed)
        {
            table = table.With(new NumberColumn(column.Name, filled[Array.IndexOf(columns, column)]));
        }

        return new CleaningResult(Name, table, touched, [.. changed.Select(static c => c.Name)]);
    }

    // Squared; NaN where two rows have no column in common.
    private static double[] Distances(double[][] values, int row, int rows)
    {
        var distances = new double[rows];
        for (var other = 0; other < rows; other++)
        {
            var (sum, present) = (0d, 0);
            foreach (var column in values)
            {
                var difference = column[row] - column[other];
                if (!double.IsNaN(difference))
                {
                    sum += difference * difference;
                    present++;
                }
            }

            distances[other] = present == 0 ? double.NaN : sum * values.Length / present;
        }

        return distances;
    }

    private double Fill(double[] column, double[] distances)
    {
        var lenders = Enumerable.Range(0, column.Length).Where(row => !double.IsNaN(column[row])).ToArray();
        var near = lenders.Where(row => !double.IsNaN(distances[row])).OrderBy(row => distances[row]).Take(neighbors)
            .ToArray();
        return (near.Length > 0 ? near : lenders).Average(row => column[row]);
    }
}
