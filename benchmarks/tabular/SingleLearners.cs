using System.Diagnostics;
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

/// <summary>Each learner with default settings beside the one of the same name.</summary>
internal static class SingleLearners
{
    /// <summary>Fits on each fold's other rows and measures on the fold.</summary>
    public static string Compare(Contest contest, int seeds)
    {
        var target = Target.Of(contest.Table[contest.Label], contest.Task);
        var table = contest.Table.Without(contest.Label);
        var splits = contest.Splits();
        var metric = TabularMetrics.Find(contest.Task == TabularTask.Classification ? "accuracy" : "rmse", target.Task);
        List<string[]> rows =
        [
            [
                $"{contest.Name}, {metric.Name}", "scikit-learn", "MaaS", "difference", "± s.e.", "cpu s a fit",
                "MaaS", "times",
            ],
        ];
        foreach (var other in contest.Others)
        {
            var learners = Enumerable.Range(0, IsDrawn(other.Name) ? seeds : 1)
                .Select(seed => Learner(other.Name, seed)).ToArray();
            var (scores, times) = (new double[splits.Length], new List<double>());
            TabularFit.Fit(learners[0], table.Take(splits[0].Train), target.Take(splits[0].Train));    // Compiles.
            for (var i = 0; i < splits.Length; i++)
            {
                var (train, y) = (table.Take(splits[i].Train), target.Take(splits[i].Train));
                foreach (var learner in learners)
                {
                    var before = Process.GetCurrentProcess().TotalProcessorTime;
                    var fit = TabularFit.Fit(learner, train, y);
                    times.Add((Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);
                    scores[i] += metric.Measure(fit.Predict(table.Take(splits[i].Test)), target.Take(splits[i].Test))
                        / learners.Length;
                }
            }

            times.Sort();
            var mean = other.Scores.Average();
            var error = Math.Sqrt(
                other.Scores.Sum(s => (s - mean) * (s - mean)) / (other.Scores.Length - 1) / other.Scores.Length);
            rows.Add(
            [
                other.Name, $"{mean:0.0000}", $"{scores.Average():0.0000}",
                $"{scores.Average() - mean:+0.0000;-0.0000;0}", $"{error:0.0000}",
                $"{other.Seconds:0.0000}", $"{times[times.Count / 2]:0.0000}",
                $"{times[times.Count / 2] / other.Seconds:0.00}",
            ]);
        }

        return TextTable.Render(rows, 1);
    }

    private static bool IsDrawn(string name) => name is "random-forest" or "extra-trees";

    private static ILearner Learner(string name, int seed) => name switch
    {
        "logistic-regression" => new LogisticRegression(),
        "ridge" => new LinearRegression(),
        "svm-rbf" => new SupportVectorMachine(),
        "nearest-neighbors" => new NearestNeighbors(),
        "naive-bayes" => new GaussianNaiveBayes(),
        "random-forest" => new RandomForest { Options = new TreeOptions { FeatureShare = null, Seed = seed } },
        "extra-trees" => new ExtraTrees
        {
            Options = new TreeOptions { FeatureShare = null, RandomThresholds = true, Seed = seed },
        },
        "gradient-boosting" or "xgboost" => new GradientBoosting { Threads = 1 },
        _ => throw new ArgumentException($"no learner '{name}'"),
    };
}
