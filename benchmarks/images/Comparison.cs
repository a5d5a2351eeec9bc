using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using MaaS.Training.Data;

namespace MaaS.Benchmarks.Images;

/// <summary>Both sides in turns, each in a process of its own.</summary>
/// <param name="options">What is compared.</param>
/// <param name="folder">For the files.</param>
internal sealed class Comparison(BenchmarkOptions options, string folder)
{
    private const int Workers = 2, Epochs = 3;
    private const double LargestDifference = 0.02;

    public void Run()
    {
        Console.WriteLine($"{Cpu()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}");
        Console.WriteLine($"{options.Rounds} rounds of {Epochs} epochs, batch {RunRequest.BatchSize}, {Workers} workers a side; files in the page cache");
        using var data = FashionMnist.Load(Path.Combine(options.Data, "fashion-mnist"));
        foreach (var (workload, count) in new[] { ("small", options.Small), ("large", options.Large) }.Where(static w => w.Item2 > 0))
        {
            var images = Path.Combine(folder, workload);
            JpegFolder.Write(images, data.Train, count, workload == "large");
            var (ours, theirs) = (new List<RunResult>(), new List<RunResult>());
            for (var round = 0; round < options.Rounds; round++)
            {
                ours.Add(Process(new RunRequest(images, workload, Workers, Epochs), dotNet: true));
                theirs.Add(Process(new RunRequest(images, workload, Workers, Epochs), dotNet: false));
            }

            Print(workload, count, ours, theirs);
        }
    }

    private static void Print(string workload, int count, List<RunResult> ours, List<RunResult> theirs)
    {
        Console.WriteLine();
        Console.WriteLine($"| {workload}: {count} JPEGs | images/s, best | median | processor µs an image, best | peak MiB after epoch 1, {Epochs} | mean value |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var (name, runs) in new[] { ("MaaS", ours), ("PyTorch DataLoader, Pillow", theirs) })
        {
            var (best, median) = Rates(runs);
            Console.WriteLine(
                $"| {name} | {best:0} | {median:0} | {Cost(runs):0} | {runs.Max(static r => r.PeakMegabytes[0]):0}, {runs.Max(static r => r.PeakMegabytes[^1]):0} | "
                + $"{runs[0].Mean:0.0000} |");
        }

        var (ourBest, ourMedian) = Rates(ours);
        var (theirBest, theirMedian) = Rates(theirs);
        Console.WriteLine();
        Console.WriteLine($"MaaS reads {ourBest / theirBest:0.00}× (best) and {ourMedian / theirMedian:0.00}× (median) as many images a second.");
        Console.WriteLine($"An image costs it {Cost(theirs) / Cost(ours):0.00}× less processor time.");
        Console.WriteLine($"- MaaS: {ours[0].Version}");
        Console.WriteLine($"- PyTorch: {theirs[0].Version}");
        if (Math.Abs(ours[0].Mean - theirs[0].Mean) > LargestDifference)
        {
            throw new InvalidOperationException(
                $"{workload}: expected means within {LargestDifference}, got {ours[0].Mean} and {theirs[0].Mean}: the sides do not do the same.");
        }
    }

    private static (double Best, double Median) Rates(List<RunResult> runs)
    {
        var rates = runs.SelectMany(static r => r.Seconds.Select(s => r.Images / s)).Order().ToArray();
        return (rates[^1], (rates[(rates.Length - 1) / 2] + rates[rates.Length / 2]) / 2);
    }

    private static double Cost(List<RunResult> runs)
        => runs.SelectMany(static r => r.CpuSeconds.Select(s => s / r.Images * 1e6)).Min();

    private static RunResult Process(RunRequest request, bool dotNet)
    {
        var json = JsonSerializer.Serialize(request);
        var self = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [typeof(Comparison).Assembly.Location] : [];
        var start = dotNet
            ? new ProcessStartInfo(self, [.. host, "run", json])
            : new ProcessStartInfo(
                Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "pytorch_images.py"), json]);
        start.RedirectStandardOutput = true;
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<RunResult>(output.Trim().Split('\n')[^1])!
            : throw new InvalidOperationException($"{(dotNet ? "MaaS" : "PyTorch")}: expected exit code 0, got {process.ExitCode}.");
    }

    private static string Cpu()
        => File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").First(static l => l.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
}
