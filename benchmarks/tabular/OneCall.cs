using System.Diagnostics;
using System.Globalization;
using MaaS.Primitives.Display;
using MaaS.Tabular.Export;
using MaaS.Tabular.Pipelines;
using MaaS.Tabular.Samples;

/// <summary>One call of the trainer with a budget, beside the best single model with default settings.</summary>
internal static class OneCall
{
    private const double LeastProbability = 1e-15;

    /// <summary>Trains on each fold's other rows and measures on the fold.</summary>
    public static string Compare(Contest contest, TimeSpan budget)
    {
        var classes = contest.Task == TabularTask.Classification;
        List<double[]> costs = [];
        List<string> chosen = [];
        var (longest, largest, different, latency) = (0d, 0d, 0, 0d);
        foreach (var fold in contest.Tests)
        {
            var watch = Stopwatch.StartNew();
            var model = TabularTrainer.Train(contest.Table, new TabularTrainerOptions
            {
                Label = contest.Label,
                Task = contest.Task,
                Budget = budget,
                HeldBack = fold,
            });
            longest = Math.Max(longest, watch.Elapsed.TotalSeconds);
            costs.Add(Costs(model));
            chosen.Add($"{model.Best} {model.Leaderboard.Rows[0].Mean:0.0000}");
            foreach (var note in model.Notes.Where(static n => n.StartsWith("tuning", StringComparison.Ordinal)))
            {
                Console.Error.WriteLine($"{contest.Name}: {note}");
            }

            Console.Error.WriteLine(model.Leaderboard);
            var network = model.ToOnnx(out var parity);
            largest = Math.Max(largest, parity.LargestDifference);
            different += parity.DifferentLabels;
            latency = RowLatency.Measure(network, model.Test).P50;
        }

        // All folds' costs are known here: the best of the others is chosen in hindsight, by just these folds.
        var best = contest.Others.MinBy(o => Score(o.Costs, classes))!;
        var (ours, theirs) = (Score(costs, classes), Score(best.Costs, classes));
        List<string[]> rows =
        [
            [contest.Name, "best single", "", "MaaS", "difference", "± s.e."],
            [
                classes ? "log-loss" : "rmse", best.Name, $"{theirs:0.0000}", $"{ours:0.0000}",
                $"{ours - theirs:+0.0000;-0.0000;0}",
                $"{Error(costs, best.Costs, classes, (ours + theirs) / 2):0.0000}",
            ],
        ];
        return TextTable.Render(rows, 1) + string.Create(
            CultureInfo.InvariantCulture,
            $"chosen: {string.Join(", ", chosen)}; longest call {longest:0.0} s; ONNX: largest difference "
                + $"{largest:g2}, {different} other labels, a row {latency:0.000} ms (median)\n");
    }

    // Log loss or squared error of each row.
    private static double[] Costs(TabularModel model)
    {
        var (predictions, target) = (model.Predict(model.Test), model.TestTarget);
        return
        [
            .. target.Rows.Select((y, row) => model.Task == TabularTask.Classification
                ? -Math.Log(Math.Clamp(predictions[row, (int)y], LeastProbability, 1))
                : (predictions[row, 0] - y) * (predictions[row, 0] - y)),
        ];
    }

    // The mean of the folds.
    private static double Score(IEnumerable<double[]> costs, bool classes)
        => costs.Average(fold => classes ? fold.Average() : Math.Sqrt(fold.Average()));

    // Of the mean difference over rows; of roots of means by their derivative.
    private static double Error(IReadOnlyList<double[]> ours, double[][] theirs, bool classes, double score)
    {
        double[] differences =
            [.. ours.Zip(theirs, static (o, t) => o.Zip(t, static (a, b) => a - b)).SelectMany(static d => d)];
        var mean = differences.Average();
        var error = Math.Sqrt(
            differences.Sum(d => (d - mean) * (d - mean)) / (differences.Length - 1) / differences.Length);
        return classes ? error : error / (2 * score);
    }
}
