namespace MaaS.Benchmarks.Images;

/// <summary>What is compared.</summary>
/// <param name="Rounds">How often each side runs.</param>
/// <param name="Small">Images of 28 by 28 pixels; 0 leaves them out.</param>
/// <param name="Large">Images of 256 by 256 pixels; 0 leaves them out.</param>
/// <param name="Data">Folder of data sets that set-up fetched.</param>
internal sealed record BenchmarkOptions(int Rounds, int Small, int Large, string Data)
{
    public static BenchmarkOptions Parse(string[] args)
    {
        var options = new BenchmarkOptions(3, 20_000, 3000, Environment.GetEnvironmentVariable("MAAS_DATA") ?? "artifacts/data");
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]}: expected a value, got none.");
            options = args[i] switch
            {
                "--rounds" => options with { Rounds = int.Parse(value) },
                "--small" => options with { Small = int.Parse(value) },
                "--large" => options with { Large = int.Parse(value) },
                "--data" => options with { Data = value },
                _ => throw new ArgumentException($"expected --rounds, --small, --large or --data, got {args[i]}."),
            };
        }

        return options;
    }
}
