using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MaaS.Primitives.Display;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Bayes;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Learners.Kernels;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Neighbors;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

// MaaS.Tabular beside scikit-learn: the same data, folds and measure, one after the other; processor time of a fit.
// Usage: Program [PYTHON [SECONDS]]: with seconds one call of the trainer with that budget for each fold, beside the
// best
// single model of the others with default settings.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = Directory.CreateTempSubdirectory("maas-tabular-benchmark-").FullName;
try
{
    var contender = Path.Combine(AppContext.BaseDirectory, "contender.py");
    var start = new ProcessStartInfo(args.Length > 0 ? args[0] : "/usr/bin/python3", [contender, folder]);
    start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = "1";
    using (var python = Process.Start(start)!)
    {
        python.WaitForExit();
        if (python.ExitCode != 0)
        {
            return python.ExitCode;
        }
    }

    foreach (var name in new[] { "breast-cancer", "wine", "digits", "diabetes" })
    {
        var path = Path.Combine(folder, name);
        Console.WriteLine(args.Length > 1
            ? await OneCall.CompareAsync(path, TimeSpan.FromSeconds(double.Parse(args[1]))) : await CompareAsync(path));
    }

    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static async Task<string> CompareAsync(string path)
{
    using var contender = JsonDocument.Parse(await File.ReadAllTextAsync($"{path}.json"));
    var classes = contender.RootElement.GetProperty("classes").GetBoolean();
    var table = await TableReader.ReadAsync($"{path}.csv");
    var target = Target.Of(table["y"], classes ? TabularTask.Classification : TabularTask.Regression);
    table = table.Without("y");
    Split[] splits = [
        .. contender.RootElement.GetProperty("folds").EnumerateArray().Select(fold =>
        {
            int[] test = [.. fold.EnumerateArray().Select(static r => r.GetInt32())];
            return new Split([.. Enumerable.Range(0, target.Count).Except(test)], test);
        }),
    ];
    var metric = TabularMetrics.Find(classes ? "accuracy" : "rmse", target.Task);
    List<string[]> rows =
        [[$"{Path.GetFileName(path)}, "
            + $"{metric.Name}", "scikit-learn", "MaaS", "difference", "± s.e.", "cpu s a fit", "MaaS",
            "times"]];
    foreach (var result in contender.RootElement.GetProperty("results").EnumerateObject())
    {
        double[] theirs = [.. result.Value.GetProperty("scores").EnumerateArray().Select(static s => s.GetDouble())];
        var seconds = result.Value.GetProperty("seconds").GetDouble();
        var learner = Learner(result.Name);
        double[] scores = new double[splits.Length], times = new double[splits.Length];
        for (var i = -1; i < splits.Length; i++)    // The first run compiles.
        {
            var split = splits[Math.Max(i, 0)];
            var (train, y) = (table.Take(split.Train), target.Take(split.Train));
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            var fit = TabularFit.Fit(learner, train, y);
            if (i >= 0)
            {
                times[i] = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
                scores[i] = metric.Measure(fit.Predict(table.Take(split.Test)), target.Take(split.Test));
            }
        }

        Array.Sort(times);
        var mean = theirs.Average();
        var error = Math.Sqrt(theirs.Sum(s => (s - mean) * (s - mean)) / (theirs.Length - 1) / theirs.Length);
        rows.Add(
        [
            result.Name, $"{mean:0.0000}", $"{scores.Average():0.0000}",
            $"{scores.Average() - mean:+0.0000;-0.0000;0}", $"{error:0.0000}",
            $"{seconds:0.0000}", $"{times[times.Length / 2]:0.0000}", $"{times[times.Length / 2] / seconds:0.00}",
        ]);
    }

    return TextTable.Render(rows, 1);
}

static ILearner Learner(string name) => name switch
{
    "logistic-regression" => new LogisticRegression(),
    "ridge" => new LinearRegression(),
    "svm-rbf" => new SupportVectorMachine(),
    "nearest-neighbors" => new NearestNeighbors(),
    "naive-bayes" => new GaussianNaiveBayes(),
    "random-forest" => new RandomForest(),
    "extra-trees" => new ExtraTrees(),
    "gradient-boosting" or "xgboost" => new GradientBoosting { Threads = 1 },
    _ => throw new ArgumentException($"no learner '{name}'"),
};
