using System.Diagnostics;
using System.Globalization;

namespace MaaS.Training.Tests.Fitting.Processes;

/// <summary>Starts this program as several processes.</summary>
internal static class Mpirun
{
    /// <summary>First argument of the child program's parts for several processes.</summary>
    public const string Part = "processes";

    /// <summary>Skips the test where there is no mpirun.</summary>
    public static void Require()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(static folder => File.Exists(Path.Combine(folder, "mpirun"))))
        {
            Assert.Ignore("This system has no mpirun (Debian's package openmpi-bin, eng/test-packages.txt).");
        }
    }

    /// <summary>Starts the processes; their output is read by the caller.</summary>
    public static Process Start(int count, params string[] arguments)
    {
        var start = new ProcessStartInfo("mpirun", [
            "--allow-run-as-root", "--oversubscribe", "-n", count.ToString(CultureInfo.InvariantCulture),
            "dotnet", "exec", typeof(ChildProgram).Assembly.Location, Part, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["TERM"] = "dumb";   // mpirun gives each process a terminal.
        return Process.Start(start)!;
    }

    /// <summary>Runs the processes to their end, which must be a success.</summary>
    /// <returns>The lines that each process wrote with its rank before them, without the rank.</returns>
    public static string[][] Run(int count, params string[] arguments)
    {
        using var process = Start(count, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, output + errors.GetAwaiter().GetResult());
        var lines = output.Split('\n').Select(static line => line.Split(' ', 2)).ToArray();
        return [.. Enumerable.Range(0, count).Select(rank => lines
            .Where(line => line is [var first, _] && first == $"{rank}:").Select(static line => line[1]).ToArray())];
    }
}
