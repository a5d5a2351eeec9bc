using MaaS.Tabular.Features;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Explanations;

/// <summary>The mean prediction when one column has the same value in every row.</summary>
/// <param name="Column">The column.</param>
/// <param name="Values">The values, as text; numbers in their order.</param>
/// <param name="Predictions">(values, outputs).</param>
/// <remarks>Friedman 2001; scikit-learn's <c>partial_dependence(method="brute")</c>.</remarks>
public sealed record PartialDependence(string Column, IReadOnlyList<string> Values, Matrix Predictions)
{
    /// <summary>Asks a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="table">Rows whose other columns stay as they are.</param>
    /// <param name="column">The column that changes.</param>
    /// <param name="points">Most values, 2 or more: of numbers and dates those between their 5 % and 95 % quantiles at
    /// equal distances, or all where there are fewer; of categories the most frequent.</param>
    /// <param name="cancellationToken">Checked before each value.</param>
    /// <exception cref="ArgumentException">The column has no value, or is a text.</exception>
    public static PartialDependence Of(
        ITabularPredictor model, Table table, string column, int points = 20,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        var tried = table[column] switch
        {
            NumberColumn numbers => Numbers(numbers, points),
            StringColumn { Kind: ColumnKind.Category } categories => Categories(categories, points),
            var other => throw new ArgumentException(
                $"partial dependence: expected numbers or categories in '{column}', got {other.Kind}.", nameof(column)),
        };
        if (tried.Length == 0)
        {
            throw new ArgumentException(
                $"partial dependence: expected a value in column '{column}', all are missing.", nameof(column));
        }

        List<double> means = [];
        var outputs = 0;
        foreach (var constant in tried)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var predicted = model.Predict(table.With(constant));
            outputs = predicted.Columns;
            means.AddRange(Enumerable.Range(0, outputs).Select(k => predicted.Column(k).Average()));
        }

        return new PartialDependence(
            column, [.. tried.Select(static c => c.Text(0)!)], new Matrix(tried.Length, outputs, [.. means]));
    }

    private static Column[] Numbers(NumberColumn column, int points)
    {
        var sorted = Quantiles.Sorted(column.Values);
        double[] distinct = [.. sorted.Distinct()];
        if (distinct.Length > points)
        {
            var (low, high) = (Quantile(sorted, 0.05), Quantile(sorted, 0.95));
            distinct = [.. Enumerable.Range(0, points).Select(i => low + (high - low) * i / (points - 1)).Distinct()];
            if (column.Kind == ColumnKind.Date)
            {
                distinct = [.. distinct.Select(static s => Math.Floor(s / 86400) * 86400).Distinct()];
            }
        }

        return
        [
            .. distinct.Select(v => new NumberColumn(
                column.Name, [.. Enumerable.Repeat(v, column.Count)], column.Kind)),
        ];
    }

    // As scipy's mquantiles, which scikit-learn takes here (Cunnane's plotting positions).
    private static double Quantile(double[] sorted, double share)
    {
        var at = sorted.Length * share + 0.4 + 0.2 * share;
        var k = (int)Math.Clamp(Math.Floor(at), 1, sorted.Length - 1);
        var part = Math.Clamp(at - k, 0, 1);
        return (1 - part) * sorted[k - 1] + part * sorted[k];
    }

    private static Column[] Categories(StringColumn column, int points) =>
    [
        .. column.Values.ToArray().OfType<string>().CountBy(static v => v).OrderByDescending(static v => v.Value)
            .ThenBy(static v => v.Key, StringComparer.Ordinal).Take(points)
            .Select(v => new StringColumn(column.Name, [.. Enumerable.Repeat(v.Key, column.Count)])),
    ];
}
