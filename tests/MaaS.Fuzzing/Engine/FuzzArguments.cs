using System.Globalization;
using System.Reflection;

namespace MaaS.Fuzzing.Engine;

/// <summary>What the command line asks for.</summary>
/// <param name="Harness">What is fed.</param>
/// <param name="Inputs">How many inputs are tried.</param>
/// <param name="Seed">Of the mutation.</param>
/// <param name="Output">Folder that gets faults and the state of the run.</param>
/// <param name="IsWorker">Whether this is the process that the supervisor started.</param>
internal sealed record FuzzArguments(IFuzzHarness Harness, long Inputs, int Seed, string Output, bool IsWorker)
{
    private const string Worker = "--worker";

    /// <summary>The arguments; null where they are none.</summary>
    public static FuzzArguments? TryParse(string[] args)
    {
        if (args.Length == 0 || FuzzHarnesses.All.FirstOrDefault(h => h.Name == args[0]) is not { } harness)
        {
            return null;
        }

        var root = typeof(FuzzArguments).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(a => a.Key == "RepoRoot").Value!;
        var values = args.Skip(1).Where(a => a != Worker).Chunk(2).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return new FuzzArguments(
            harness,
            long.Parse(values.GetValueOrDefault("--inputs", "2000000"), CultureInfo.InvariantCulture),
            int.Parse(values.GetValueOrDefault("--seed", "1"), CultureInfo.InvariantCulture),
            Path.GetFullPath(
                values.GetValueOrDefault("--output", Path.Combine(root, "artifacts", "fuzzing", harness.Name))),
            args.Contains(Worker));
    }

    /// <summary>Says what may be asked for.</summary>
    public static int Usage()
    {
        Console.Error.WriteLine("usage: HARNESS [--inputs N] [--seed N] [--output FOLDER], HARNESS one of");
        foreach (var harness in FuzzHarnesses.All)
        {
            Console.Error.WriteLine("  " + harness.Name);
        }

        return 2;
    }

    /// <summary>The same for the worker, which begins anew with another seed after each death.</summary>
    public IEnumerable<string> ForWorker(int deaths)
        => [Harness.Name, "--inputs", $"{Inputs}", "--seed", $"{Seed + 1000 * deaths}", "--output", Output, Worker];
}
