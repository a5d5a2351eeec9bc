using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Profiling;

/// <summary>Seeks columns that give the label away: a decision tree of each column alone, learned on one half of the
/// rows and measured on the other.</summary>
internal static class LeakSearch
{
    private const double Suspicious = 0.98;

    private const int FewestRows = 20;

    private static readonly DecisionTree Tree = new() { Options = new TreeOptions { MaxDepth = 8, MinLeafRows = 2 } };

    /// <summary>The suspects, the worst first.</summary>
    /// <exception cref="InvalidDataException">The label cannot be learned.</exception>
    public static IReadOnlyList<LeakSuspect> Find(
        Table table, ProfileOptions options, CancellationToken cancellationToken)
    {
        var target = Target.Of(table[options.Label!], options.Task);
        if (target.Count < FewestRows)
        {
            return [];
        }

        var metric = TabularMetrics.Find(
            target.Task == TabularTask.Classification ? "balanced-accuracy" : "r2", target.Task);
        var split = Splits.Stratified(target, 2, options.Seed)[0];
        var order = new NumberColumn(
            LeakSuspect.RowOrder, [.. Enumerable.Range(0, table.Rows).Select(static r => (double)r)]);
        List<LeakSuspect> suspects = [];
        foreach (var column in table.Columns.Where(c => c.Name != options.Label && IsUsable(c)).Append(order))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var alone = new Table([column]);
            var fit = TabularFit.Fit(
                Tree, alone.Take(split.Train), target.Take(split.Train), balanced: true, cancellationToken);
            var score = metric.Measure(fit.Predict(alone.Take(split.Test)), target.Take(split.Test));
            if (score >= Suspicious)
            {
                suspects.Add(new LeakSuspect(column.Name, metric.Name, score));
            }
        }

        return [.. suspects.OrderByDescending(static s => s.Score)];
    }

    private static bool IsUsable(Column column) => column.Kind != ColumnKind.Text && column.Missing < column.Count;
}
