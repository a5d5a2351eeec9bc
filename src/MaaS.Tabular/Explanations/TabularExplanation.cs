using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Selection.Selectors;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Explanations;

/// <summary>What a model looks at.</summary>
/// <param name="Importances">How much worse it gets without the order of a column, the most important first.</param>
/// <param name="Contributions">The mean absolute Shapley value of each column, the largest first.</param>
/// <param name="Explained">What the values sum to: <c>log odds</c>, <c>score</c>, <c>probability</c> or
/// <c>number</c>.</param>
/// <param name="IsExact">Whether the Shapley values are exact; otherwise sampled.</param>
/// <param name="Dependences">The mean prediction by value of the most important columns.</param>
/// <param name="LeftOut">Parts that the time did not suffice for.</param>
public sealed record TabularExplanation(
    IReadOnlyList<PermutationImportance> Importances, IReadOnlyList<(string Column, double Mean)> Contributions,
    string Explained, bool IsExact, IReadOnlyList<PartialDependence> Dependences, IReadOnlyList<string> LeftOut)
{
    private const int SampledRows = 25, Orders = 5, Background = 100, Repeats = 3, MostDependences = 6;

    /// <summary>Asks a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="train">Rows that stand for what is not known.</param>
    /// <param name="test">Rows that it did not learn from.</param>
    /// <param name="target">Their labels.</param>
    /// <param name="metric">What gets worse.</param>
    /// <param name="rows">Most rows of each part, drawn; 1 or more.</param>
    /// <param name="limit">Time for all parts; null for any.</param>
    /// <param name="seed">Seed of all draws.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static TabularExplanation Of(
        ITabularPredictor model, Table train, Table test, Target target, Metric metric, int rows = 200,
        TimeSpan? limit = null, int seed = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        var drawn = Drawn(test.Rows, rows, seed);
        var (table, y) = (test.Take(drawn), target.Take(drawn));
        var background = train.Take(Drawn(train.Rows, Background, seed));
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(limit ?? Timeout.InfiniteTimeSpan);
        if (limit < TimeSpan.FromMilliseconds(1))
        {
            time.Cancel();    // A timer would fire some time later.
        }

        List<string> leftOut = [];
        T Part<T>(string name, T without, Func<T> compute)
        {
            try
            {
                return compute();
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                leftOut.Add(name);
                return without;
            }
        }

        var importances = Part<IReadOnlyList<PermutationImportance>>("permutation importance", [], () =>
            [
                .. PermutationImportance.Measure(model, table, y, metric, Repeats, seed, time.Token)
                    .OrderByDescending(static i => i.Mean),
            ]);
        var (contributions, explained, isExact) = Part<(IReadOnlyList<(string, double)>, string, bool)>(
            "Shapley values", ([], "", false), () =>
                Contributed(model, table, background, y.Outputs, seed, time.Token));
        var asked = importances.Count > 0 ? importances.Select(static i => i.Name)
            : model.Schema.Columns.Select(static c => c.Name);
        var dependences = Part<IReadOnlyList<PartialDependence>>("partial dependence", [], () =>
            [
                .. asked.Where(c => table[c].Kind != ColumnKind.Text && table[c].Missing < table.Rows)
                    .Take(MostDependences)
                    .Select(c => PartialDependence.Of(model, table, c, cancellationToken: time.Token)),
            ]);
        return new TabularExplanation(importances, contributions, explained, isExact, dependences, leftOut);
    }

    private static (IReadOnlyList<(string, double)>, string, bool) Contributed(
        ITabularPredictor model, Table table, Table background, int outputs, int seed,
        CancellationToken cancellationToken)
    {
        if (model is TabularFit { Learner: TreeModel or LinearModel or SelectedModel } fit)
        {
            var shap = ShapValues.Of(
                fit.Learner, fit.Features.Transform(table), fit.Features.Transform(background), Orders, seed,
                cancellationToken);
            return (Means(shap, fit.Features.Columns), shap.Explained, shap.IsExact);
        }

        var few = table.Take([.. Enumerable.Range(0, Math.Min(SampledRows, table.Rows))]);
        var both = new Table(model.Schema.Columns.Select(c => Joined(few[c.Name], background[c.Name])));
        var sampled = SampledShap.OfColumns(model, both, few.Rows, outputs, Orders, seed, cancellationToken);
        return (Means(sampled, [.. model.Schema.Columns.Select(static c => c.Name)]), sampled.Explained, false);
    }

    // Features of one column are added up before their size counts.
    private static (string, double)[] Means(ShapValues shap, IReadOnlyList<string> columns) =>
    [
        .. Enumerable.Range(0, columns.Count).GroupBy(f => columns[f])
            .Select(group => (group.Key, shap.Values.Sum(values => Enumerable.Range(0, values.Rows)
                .Average(row => Math.Abs(group.Sum(f => values[row, f]))))))
            .OrderByDescending(static c => c.Item2),
    ];

    private static Column Joined(Column first, Column second) => (first, second) switch
    {
        (NumberColumn a, NumberColumn b) => new NumberColumn(a.Name, [.. a.Values, .. b.Values], a.Kind),
        (StringColumn a, StringColumn b) => new StringColumn(a.Name, [.. a.Values, .. b.Values], a.Kind),
        _ => throw new InvalidDataException(
            $"column '{first.Name}': expected one kind in all rows, got {first.Kind} and {second.Kind}."),
    };

    private static int[] Drawn(int count, int most, int seed)
    {
        int[] rows = [.. Enumerable.Range(0, count)];
        new Random(seed).Shuffle(rows);
        return rows[..Math.Min(most, count)];
    }
}
