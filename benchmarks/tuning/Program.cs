using System.Globalization;
using MaaS.Benchmarks.Tuning;
using MaaS.Primitives.Display;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Sampling;
using MaaS.Training.Tuning.Spaces;
using static MaaS.Training.Tests.Tuning.Sampling.TestFunctions;

// How far samplers are from the lowest value after so many trials: medians over seeds.
// Usage: Program [SEEDS] [FOLDER of MNIST's digits]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Trials = 60;
int[] marks = [20, 40, Trials];
var seeds = args.Length > 0 ? int.Parse(args[0]) : 20;
var folder = args.Length > 1 ? args[1]
    : Path.Combine(Environment.GetEnvironmentVariable("MAAS_DATA") ?? "artifacts/data", "mnist");
Dictionary<string, Func<ISampler>> samplers = new()
{
    ["random"] = static () => new RandomSampler(),
    ["sobol"] = static () => new SobolSampler(),
    ["tpe"] = static () => new TpeSampler(),
};

await CompareAsync("Branin", BraninSpace, static t => Branin(t.Float("x"), t.Float("y")), BraninLowest);
await CompareAsync(
    "Hartmann-6", Hartmann6Space,
    static t => Hartmann6([.. Enumerable.Range(1, 6).Select(i => t.Float($"x{i}"))]), Hartmann6Lowest);
var digits = new DigitBoosting(folder);
await CompareAsync("boosting, 3 or 8, log loss", DigitBoosting.Space, digits.LogLoss, lowest: null);

async Task CompareAsync(string name, SearchSpace space, Func<Trial, double> value, double? lowest)
{
    var best = new Dictionary<string, double[][]>();
    foreach (var (sampler, make) in samplers)
    {
        best[sampler] = new double[seeds][];
        for (var seed = 1; seed <= seeds; seed++)
        {
            var study = await Study.OpenAsync(space, new StudyOptions { Sampler = make(), Seed = seed });
            var result = await study.OptimizeAsync(
                (trial, _) => Task.FromResult(value(trial)), new OptimizeOptions { Trials = Trials });
            best[sampler][seed - 1] = [.. marks.Select(m => result.Trials.Take(m).Min(static t => t.Values![0]))];
        }
    }

    // Where it is not known, the lowest that any run found.
    var floor = lowest ?? best.Values.Min(static runs => runs.Min(static r => r[^1]));
    List<string[]> rows = [[name, .. marks.Select(static m => $"{m} trials"), "quartiles", "of random's"]];
    foreach (var (sampler, runs) in best)
    {
        double[] medians = [.. marks.Select((_, m) => Quantile(runs.Select(r => r[m] - floor), 0.5))];
        var last = runs.Select(r => r[^1] - floor).ToArray();
        rows.Add(
        [
            sampler, .. medians.Select(static v => $"{v:0.0000}"),
            $"{Quantile(last, 0.25):0.0000} {Quantile(last, 0.75):0.0000}",
            $"{medians[^1] / Quantile(best["random"].Select(r => r[^1] - floor), 0.5):0.00}",
        ]);
    }

    Console.WriteLine(TextTable.Render(rows, 1));
}

static double Quantile(IEnumerable<double> values, double share)
{
    double[] sorted = [.. values.Order()];
    var place = share * (sorted.Length - 1);
    var below = (int)place;
    return sorted[below] + ((place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
}
