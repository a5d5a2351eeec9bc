using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Profiling;

/// <summary>Measures how columns go together.</summary>
internal static class Associations
{
    // So many categories, or that many a row, go together with everything.
    private const int MostCategories = 1000;

    private const double MostDistinctShare = 0.5;

    /// <summary>Every pair of columns that can be compared; texts are left out, and categories that hardly come
    /// again.</summary>
    public static IReadOnlyList<Association> Of(Table table, int mostColumns, CancellationToken cancellationToken)
    {
        var columns = table.Columns.Select(Values.Of).OfType<Values>().Take(mostColumns).ToArray();
        List<Association> all = [];
        for (var i = 0; i < columns.Length; i++)
        {
            for (var j = i + 1; j < columns.Length; j++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                all.AddRange(Of(columns[i], columns[j]));
            }
        }

        return all;
    }

    /// <summary>Pearson's correlation; NaN where one does not vary.</summary>
    public static double Pearson(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.DefaultIfEmpty(double.NaN).Average(), y.DefaultIfEmpty(double.NaN).Average());
        double xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var (dx, dy) = (x[i] - meanX, y[i] - meanY);
            (xx, yy, xy) = (xx + (dx * dx), yy + (dy * dy), xy + (dx * dy));
        }

        // What is left of a constant column is rounding.
        return xx <= 1e-26 * x.Length * meanX * meanX || yy <= 1e-26 * y.Length * meanY * meanY || xx == 0 || yy == 0
            ? double.NaN : Math.Clamp(xy / Math.Sqrt(xx) / Math.Sqrt(yy), -1, 1);
    }

    /// <summary>Spearman's rank correlation.</summary>
    public static double Spearman(double[] x, double[] y) => Pearson(Ranks(x), Ranks(y));

    /// <summary>Cramér's V, without correction for small samples; NaN where one does not vary.</summary>
    public static double CramersV(int[] x, int[] y)
    {
        var counts = x.Zip(y).CountBy(static p => p).ToDictionary();
        var (rows, columns) = (x.CountBy(static v => v).ToDictionary(), y.CountBy(static v => v).ToDictionary());
        var degrees = Math.Min(rows.Count, columns.Count) - 1;
        if (degrees < 1)
        {
            return double.NaN;
        }

        // Σ o²/e − n is χ², and cells without rows add nothing to it.
        var sum = counts.Sum(c => (double)c.Value * c.Value / ((double)rows[c.Key.First] * columns[c.Key.Second]));
        return Math.Sqrt(Math.Clamp((sum - 1) / degrees, 0, 1));
    }

    /// <summary>The correlation ratio η; NaN where one does not vary.</summary>
    public static double CorrelationRatio(int[] groups, double[] values)
    {
        var mean = values.DefaultIfEmpty(double.NaN).Average();
        var all = values.Sum(v => (v - mean) * (v - mean));
        var parts = groups.Zip(values).GroupBy(static p => p.First, static p => p.Second).ToArray();
        var between = parts.Sum(g => g.Count() * (g.Average() - mean) * (g.Average() - mean));
        return parts.Length < 2 || all <= 1e-26 * values.Length * mean * mean || all == 0
            ? double.NaN : Math.Sqrt(Math.Clamp(between / all, 0, 1));
    }

    private static IEnumerable<Association> Of(Values x, Values y)
    {
        int[] rows = [.. Enumerable.Range(0, x.Count).Where(row => x.Has(row) && y.Has(row))];
        Association Make(AssociationMeasure measure, double value) => new(x.Name, y.Name, measure, value, rows.Length);
        if (x.Numbers is { } a && y.Numbers is { } b)
        {
            var (first, second) = (Array.ConvertAll(rows, r => a[r]), Array.ConvertAll(rows, r => b[r]));
            return
            [
                Make(AssociationMeasure.Pearson, Pearson(first, second)),
                Make(AssociationMeasure.Spearman, Spearman(first, second)),
            ];
        }

        if (x.Numbers is null && y.Numbers is null)
        {
            return
            [
                Make(
                    AssociationMeasure.CramersV,
                    CramersV(Array.ConvertAll(rows, r => x.Groups![r]), Array.ConvertAll(rows, r => y.Groups![r]))),
            ];
        }

        var (groups, numbers) = x.Numbers is null ? (x.Groups!, y.Numbers!) : (y.Groups!, x.Numbers);
        return
        [
            Make(
                AssociationMeasure.CorrelationRatio,
                CorrelationRatio(Array.ConvertAll(rows, r => groups[r]), Array.ConvertAll(rows, r => numbers[r]))),
        ];
    }

    private static double[] Ranks(double[] values)
    {
        var order = Enumerable.Range(0, values.Length).ToArray();
        Array.Sort((double[])values.Clone(), order);
        var ranks = new double[values.Length];
        for (var start = 0; start < order.Length;)
        {
            var end = start + 1;
            while (end < order.Length && values[order[end]] == values[order[start]])
            {
                end++;
            }

            for (var i = start; i < end; i++)
            {
                ranks[order[i]] = ((start + end - 1) / 2.0) + 1;
            }

            start = end;
        }

        return ranks;
    }

    /// <summary>A column as numbers (NaN: missing), or as the groups that its rows are in (−1: missing).</summary>
    private sealed record Values(string Name, int Count, double[]? Numbers, int[]? Groups)
    {
        public static Values? Of(Column column)
        {
            if (column is NumberColumn { Kind: ColumnKind.Number or ColumnKind.Date } numbers)
            {
                return new Values(column.Name, column.Count, numbers.Values.ToArray(), null);
            }

            if (column.Kind == ColumnKind.Text)
            {
                return null;
            }

            var index = new Dictionary<string, int>(StringComparer.Ordinal);
            var groups = new int[column.Count];
            for (var row = 0; row < groups.Length; row++)
            {
                groups[row] = -1;
                if (column.Text(row) is { } text && !index.TryGetValue(text, out groups[row]))
                {
                    index[text] = groups[row] = index.Count;
                }
            }

            return index.Count <= MostCategories && index.Count <= MostDistinctShare * (column.Count - column.Missing)
                ? new Values(column.Name, column.Count, null, groups) : null;
        }

        public bool Has(int row) => Numbers is null ? Groups![row] >= 0 : !double.IsNaN(Numbers[row]);
    }
}
