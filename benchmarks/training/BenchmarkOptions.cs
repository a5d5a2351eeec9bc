namespace MaaS.Benchmarks.Training;

/// <summary>What to compare.</summary>
/// <param name="Rounds">Runs of each side; each has its own seed.</param>
/// <param name="Epochs">Epochs a run.</param>
/// <param name="Networks">Names of <see cref="Workload"/>.</param>
/// <param name="Sides">Keys of <see cref="Side"/>.</param>
/// <param name="Data">Folder with <c>fashion-mnist</c> and <c>spam-assassin</c>.</param>
internal sealed record BenchmarkOptions(
    int Rounds, int Epochs, IReadOnlyList<string> Networks, IReadOnlyList<string> Sides, string Data)
{
    /// <summary>Reads <c>--name value</c> pairs.</summary>
    /// <exception cref="ArgumentException">A name or a value is unknown.</exception>
    public static BenchmarkOptions Parse(string[] args)
    {
        var options = new BenchmarkOptions(
            4, 2, Workload.Defaults, [.. Side.All.Select(static s => s.Key)], DataFolder());
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length
                ? args[i + 1] : throw new ArgumentException($"{args[i]}: expected a value, got none.");
            options = args[i] switch
            {
                "--rounds" => options with { Rounds = int.Parse(value) },
                "--epochs" => options with { Epochs = int.Parse(value) },
                "--networks" => options with { Networks = Known(value, Workload.Names) },
                "--sides" => options with { Sides = Known(value, [.. Side.All.Select(static s => s.Key)]) },
                "--data" => options with { Data = value },
                _ => throw new ArgumentException(
                    $"expected --rounds, --epochs, --networks, --sides or --data, got '{args[i]}'."),
            };
        }

        return options;
    }

    private static string[] Known(string value, IReadOnlyList<string> names)
    {
        var parts = value.Split(',');
        return parts.FirstOrDefault(p => !names.Contains(p)) is { } unknown
            ? throw new ArgumentException($"expected some of {string.Join(", ", names)}, got '{unknown}'.")
            : parts;
    }

    // $MAAS_DATA, or artifacts/data upward from the working directory, as ./maas setup fills it.
    private static string DataFolder()
    {
        if (Environment.GetEnvironmentVariable("MAAS_DATA") is { Length: > 0 } folder)
        {
            return folder;
        }

        for (var at = new DirectoryInfo(Environment.CurrentDirectory); at is not null; at = at.Parent)
        {
            var candidate = Path.Combine(at.FullName, "artifacts", "data");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return Path.Combine(Environment.CurrentDirectory, "artifacts", "data");
    }
}
