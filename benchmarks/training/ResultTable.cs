namespace MaaS.Benchmarks.Training;

/// <summary>Figures of one network as a table in Markdown.</summary>
internal static class ResultTable
{
    // float32 rounds a gradient by 1e-7 to 1e-5, and by up to 3e-3 (seen without oneDNN) where a ReLU's input near 0
    // rounds to the other sign; a wrong kernel is off by a part of the value.
    private const double LargestError = 1e-2;

    /// <summary>Prints times, ratios, accuracy, memory and what each side ran on.</summary>
    /// <param name="network">Name of the network.</param>
    /// <param name="results">Every side's runs; the first is the one that the others are compared with.</param>
    public static void Print(string network, List<(Side Side, List<RunResult> Runs)> results)
    {
        var (best, median) = Times(results[0].Runs);
        Console.WriteLine();
        Console.WriteLine(
            $"| {network} | best, s | median, s | {results[0].Side.Name} is (best) | (median) | accuracy | peak, MiB "
                + $"| gradient error |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var (side, runs) in results)
        {
            var (theirBest, theirMedian) = Times(runs);
            Console.WriteLine(
                $"| {side.Name} | {theirBest:0.00} | {theirMedian:0.00} | {theirBest / best:0.00}× | "
                    + $"{theirMedian / median:0.00}× | "
                + $"{Accuracy(runs)} | {runs.Max(static r => r.PeakMegabytes):0} | "
                + $"{runs.Max(static r => r.GradientError):0.0e+0} |");
        }

        Console.WriteLine();
        foreach (var (side, runs) in results)
        {
            Console.WriteLine(
                $"- {side.Name}: {runs[0].Version}; {runs[0].Settings}; oneDNN "
                    + $"{runs[0].OneDnn}{Variables(side)}{Warning(runs)}");
        }
    }

    private static (double Best, double Median) Times(List<RunResult> runs)
    {
        var times = runs.SelectMany(static r => r.EpochSeconds).Order().ToArray();
        return (times[0], (times[(times.Length - 1) / 2] + times[times.Length / 2]) / 2);
    }

    private static string Accuracy(List<RunResult> runs)
        => $"{runs.Average(static r => r.TestAccuracy):0.0000} "
            + $"({runs.Min(static r => r.TestAccuracy):0.000}–{runs.Max(static r => r.TestAccuracy):0.000})";

    private static string Variables(Side side)
        => string.Concat(side.Environment.Select(static v => $"; {v.Key}={v.Value}"));

    private static string Warning(List<RunResult> runs)
        => runs.Max(static r => r.GradientError) > LargestError ? "; GRADIENTS OF THIS NETWORK ARE WRONG"
            : runs.Max(static r => r.ConvolutionError) > LargestError
                ? $"; oneDNN is known to be wrong here (1-D convolution off by "
                    + $"{runs.Max(static r => r.ConvolutionError):0.0})"
            : "";
}
