using System.Diagnostics;
using System.Globalization;

namespace MaaS.Benchmarks.Soak;

/// <summary>
/// A bounded number of requests against a server whose models change all the time: new versions of one model, loads and
/// unloads of another, reloads of the same files.
/// </summary>
/// <param name="requests">How many.</param>
internal sealed class Soak(int requests)
{
    private const int Clients = 8;

    // Of the resident memory after two fifths, in which pools and compiled code grow to their size.
    private const double MaxGrowth = 1.15;

    // In which the server gives back what it can.
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(2);

    private readonly SoakCounts _counts = new();
    private int _sent;

    /// <returns>0 when no answer was wrong, no request failed and memory stayed flat.</returns>
    public async Task<int> RunAsync()
    {
        var root = Directory.CreateTempSubdirectory("maas-soak-").FullName;
        var registry = new ScaleRegistry(root);
        await registry.AddVersionAsync("switched");
        await registry.AddVersionAsync("comes-and-goes");
        await registry.AddVersionAsync("steady");
        using var server = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. Self(), "--serve", root])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            var address = new Uri((await server.StandardOutput.ReadLineAsync())!);
            return await RunAsync(server, address, registry);
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync();
            Directory.Delete(root, recursive: true);
        }
    }

    private static string[] Self()
        => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [typeof(Soak).Assembly.Location] : [];

    private async Task<int> RunAsync(Process server, Uri address, ScaleRegistry registry)
    {
        var clock = Stopwatch.StartNew();
        var clients = Enumerable.Range(0, Clients).Select(i =>
        {
            var model = (i % 4) switch { 0 => "steady", 1 => "comes-and-goes", _ => "switched" };
            return Task.Run(
                () => new SoakClient(address, i, _counts)
                    .RunAsync(model, model == "comes-and-goes", () => Interlocked.Increment(ref _sent) <= requests));
        }).ToArray();
        var all = Task.WhenAll(clients);
        Console.WriteLine(
            "   s  requests     right  wrong  failed  unloaded  version  changes  resident MiB  managed MiB");
        var (version, changes, first) = (1L, 0, Resident(server));
        List<double> resident = [];
        while (!all.IsCompleted)
        {
            await Task.WhenAny(all, Task.Delay(500));
            version = await registry.AddVersionAsync("switched");
            await TellAsync(server, "unload comes-and-goes");
            await TellAsync(server, "load comes-and-goes");
            var managed = await TellAsync(server, "reload switched");
            changes += 4;
            resident.Add(Resident(server));
            if (changes % 40 == 0 || all.IsCompleted)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{clock.Elapsed.TotalSeconds,4:F0}  {Math.Min(_sent, requests),8}  {_counts.Right,8}  "
                        + $"{_counts.Wrong,5}  {_counts.Failed,6}  {_counts.Refused,8}  {version,7}  {changes,7}  "
                        + $"{resident[^1],12:F1}  {managed / 1048576.0,11:F1}"));
            }
        }

        await all;
        var warm = Middle(resident.Skip(resident.Count * 2 / 5).Take(Math.Max(1, resident.Count / 5)));
        var last = Middle(resident.TakeLast(Math.Max(1, resident.Count / 5)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{requests / clock.Elapsed.TotalSeconds:F0} requests/s; resident memory {warm:F1} MiB in the third fifth, "
                + $"{last:F1} MiB in the last ({last / warm:F3}x)"));
        await Task.Delay(Quiet);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"resident memory {first:F1} MiB before the first request, {Resident(server):F1} MiB after "
                + $"{Quiet.TotalMinutes:F0} quiet minutes"));
        if (_counts.FirstFault is { } fault)
        {
            Console.WriteLine($"first fault: {fault}");
        }

        var isSound = _counts is { Wrong: 0, Failed: 0 } && last <= warm * MaxGrowth;
        Console.WriteLine(isSound ? "sound: no wrong answer, no failed request, memory flat" : "NOT SOUND");
        return isSound ? 0 : 1;
    }

    private static async Task<long> TellAsync(Process server, string command)
    {
        await server.StandardInput.WriteLineAsync(command);
        return long.Parse((await server.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }

    private static double Resident(Process server)
    {
        server.Refresh();
        return server.WorkingSet64 / 1048576.0;
    }

    private static double Middle(IEnumerable<double> values)
        => values.Order().ToArray() is var sorted ? sorted[sorted.Length / 2] : 0;
}
