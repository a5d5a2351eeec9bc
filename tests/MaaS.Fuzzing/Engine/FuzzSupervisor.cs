using System.Diagnostics;

namespace MaaS.Fuzzing.Engine;

/// <summary>Starts workers until all inputs were tried; the death of one is a fault of the input that it ran.</summary>
internal static class FuzzSupervisor
{
    private const int MostDeaths = 100;

    /// <returns>0 where no fault was found.</returns>
    public static int Run(FuzzArguments arguments)
    {
        if (Directory.Exists(arguments.Output))
        {
            Directory.Delete(arguments.Output, recursive: true);
        }

        Directory.CreateDirectory(arguments.Output);
        var program = InstrumentedCopy.Make(Path.Combine(arguments.Output, "program"));
        using var progress = new Progress(Path.Combine(arguments.Output, "progress"));
        progress.Reset();
        var faults = new FaultFolder(Path.Combine(arguments.Output, "faults"));
        var deaths = 0;
        while (Work(program, arguments.ForWorker(deaths)) is var (exit, error) && exit != 0)
        {
            var place = error.Split('\n').FirstOrDefault(
                line => line.Contains("at MaaS.", StringComparison.Ordinal))?.Trim() ?? $"exit code {exit}";
            faults.Add(new Fault(exit == FuzzWorker.Hung ? "hang" : $"death: {place}", error), progress.Input());
            Console.WriteLine($"{arguments.Harness.Name}: the process ended after {progress.Tried} inputs: {place}");
            if (++deaths == MostDeaths)
            {
                break;
            }
        }

        var found = Directory.Exists(Path.Combine(arguments.Output, "faults"))
            ? Directory.EnumerateFiles(Path.Combine(arguments.Output, "faults"), "*.bin").Count() : 0;
        Directory.Delete(Path.Combine(arguments.Output, "program"), recursive: true);
        Console.WriteLine(
            $"{arguments.Harness.Name}: {progress.Tried} inputs, {found} faults, {deaths} deaths; see "
                + $"{arguments.Output}");
        return found == 0 ? 0 : 1;
    }

    private static (int Exit, string Error) Work(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. arguments]) { RedirectStandardError = true };
        start.Environment["DOTNET_TieredPGO"] = "0"; // Optimised code at once, without counting branches a second time.
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
