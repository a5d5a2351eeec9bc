using System.Diagnostics;
using System.Text.Json;
using MaaS.Primitives.Display;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Pipelines;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

/// <summary>One call of the trainer with a budget, beside the best single model with default settings.</summary>
internal static class OneCall
{
    /// <summary>Trains on each fold's other rows and measures on the fold.</summary>
    public static async Task<string> CompareAsync(string path, TimeSpan budget)
    {
        using var contender = JsonDocument.Parse(await File.ReadAllTextAsync($"{path}.json"));
        var classes = contender.RootElement.GetProperty("classes").GetBoolean();
        var table = await TableReader.ReadAsync($"{path}.csv");
        string[] metrics = classes ? ["log-loss", "accuracy"] : ["rmse"];
        var scores = metrics.ToDictionary(static m => m, static _ => new List<double>());
        List<string> chosen = [];
        var (longest, largest, different, latency) = (0d, 0d, 0, 0d);
        foreach (var fold in contender.RootElement.GetProperty("folds").EnumerateArray())
        {
            var watch = Stopwatch.StartNew();
            var model = TabularTrainer.Train(table, new TabularTrainerOptions
            {
                Label = "y",
                Task = classes ? TabularTask.Classification : TabularTask.Regression,
                Budget = budget,
                HeldBack = [.. fold.EnumerateArray().Select(static r => r.GetInt32())],
            });
            longest = Math.Max(longest, watch.Elapsed.TotalSeconds);
            foreach (var metric in metrics)
            {
                scores[metric].Add(model.TestScores[metric]);
            }

            chosen.Add(model.Best);
            var network = model.ToOnnx(out var parity);
            largest = Math.Max(largest, parity.LargestDifference);
            different += parity.DifferentLabels;
            latency = MaaS.Tabular.Export.RowLatency.Measure(network, model.Test).P50;
        }

        List<string[]> rows = [[$"{Path.GetFileName(path)}", "best single", "", "MaaS", "difference", "± s.e."]];
        foreach (var metric in metrics)
        {
            var isHigher = TabularMetrics.ByName[metric].HigherIsBetter;
            var best = contender.RootElement.GetProperty("results").EnumerateObject()
                .Select(r => (r.Name, Scores: r.Value.GetProperty(metric == "log-loss" ? "losses" : "scores")
                    .EnumerateArray().Select(static s => s.GetDouble()).ToArray()))
                .MaxBy(r => isHigher ? r.Scores.Average() : -r.Scores.Average());
            double[] differences = [.. scores[metric].Zip(best.Scores, static (m, b) => m - b)];
            var mean = differences.Average();
            var error = Math.Sqrt(
                differences.Sum(d => (d - mean) * (d - mean)) / (differences.Length - 1) / differences.Length);
            rows.Add(
            [
                metric, best.Name, $"{best.Scores.Average():0.0000}", $"{scores[metric].Average():0.0000}",
                $"{mean:+0.0000;-0.0000;0}", $"{error:0.0000}",
            ]);
        }

        return TextTable.Render(rows, 1) + string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"chosen: {string.Join(", ", chosen)}; longest call {longest:0.0} s; "
                + $"ONNX: largest difference {largest:g2}, {different} other labels, "
                + $"a row {latency:0.000} ms (median)\n");
    }
}
