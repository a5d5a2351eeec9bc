using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MaaS.Benchmarks.Training;

/// <summary>All sides in turns, network after network.</summary>
/// <param name="options">What to compare.</param>
/// <param name="folder">For the token file.</param>
internal sealed class Comparison(BenchmarkOptions options, string folder)
{
    /// <summary>Runs everything and prints a table for each network.</summary>
    public void Run()
    {
        var started = Stopwatch.GetTimestamp();
        var tokens = Path.Combine(folder, "tokens.json");
        if (options.Networks.Contains("transformer"))
        {
            TokenFile.Write(tokens, Path.Combine(options.Data, "spam-assassin"));
        }

        Console.WriteLine($"{Cpu()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}");
        Console.WriteLine(
            $"{options.Rounds} rounds of {options.Epochs} epochs, Adam {Workload.LearningRate}; seconds an epoch; a "
                + $"seed each round");
        foreach (var network in options.Networks)
        {
            ResultTable.Print(network, Measure(network, tokens));
        }

        Console.WriteLine();
        Console.WriteLine($"whole benchmark: {Stopwatch.GetElapsedTime(started).TotalMinutes:0.0} minutes");
    }

    private List<(Side Side, List<RunResult> Runs)> Measure(string network, string tokens)
    {
        var results = Side.All.Where(s => options.Sides.Contains(s.Key))
            .Select(static s => (Side: s, Runs: new List<RunResult>())).ToList();
        for (var round = 0; round < options.Rounds; round++)
        {
            // Every other round backwards: who comes after whom is no advantage.
            foreach (var (side, runs) in (round % 2 == 0 ? results : Enumerable.Reverse(results)).ToArray())
            {
                runs.Add(Measure(network, tokens, side, round));
            }

            // TorchSharp's loops also run with MaaS's setting, so that a ratio can be told from the setting's share.
            if (round == 0 && results[0] is ({ Key: Side.MaaSKey }, [{ OneDnn: not Side.DefaultOneDnn } ours]))
            {
                foreach (var (side, _) in results.Where(static r => r.Side is { IsDotNet: true, Key: not Side.MaaSKey })
                    .ToArray())
                {
                    var same = side.With(ours.OneDnn);
                    results.Add((same, [Measure(network, tokens, same, round)]));
                }
            }
        }

        return results;
    }

    private RunResult Measure(string network, string tokens, Side side, int round)
    {
        var images = Path.Combine(options.Data, "fashion-mnist");
        var result = SideProcess.Run(side, new RunRequest(network, round, options.Epochs, images, tokens, side.OneDnn));
        Console.Error.WriteLine(
            $"{network}, round {round + 1}: {side.Name} "
                + $"{string.Join(" ", result.EpochSeconds.Select(static s => $"{s:0.00}"))} s");
        return result;
    }

    private static string Cpu()
        => File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").First(static l => l.StartsWith("model name", StringComparison.Ordinal))
                .Split(':')[1].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
}
