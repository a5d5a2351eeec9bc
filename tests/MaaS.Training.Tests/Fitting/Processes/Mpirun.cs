using System.Diagnostics;
using System.Globalization;
using MaaS.Tests;

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
    public static Process Start(int count, params string[] arguments) => Start(count, [], arguments);

    /// <summary>Runs the processes to their end, which must be a success.</summary>
    /// <returns>The lines that each process wrote.</returns>
    public static string[][] Run(int count, params string[] arguments)
    {
        // Into files: on one stream the processes' lines run into each other.
        using var folder = new TemporaryFolder();
        using var process = Start(count, ["--output-filename", $"{folder.Path}:nocopy"], arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        string[] files = [.. Enumerable.Range(0, count).Select(rank => folder[$"1/rank.{rank}/stdout"])];
        Assert.That(process.ExitCode, Is.Zero, () => string.Join(
            '\n', [output.Result, errors, .. files
                .SelectMany(static f => new[] { f, Path.Combine(Path.GetDirectoryName(f)!, "stderr") })
                .Where(File.Exists).Select(File.ReadAllText)]));
        return [.. files.Select(File.ReadAllLines)];
    }

    private static Process Start(int count, string[] options, string[] arguments)
    {
        var start = new ProcessStartInfo("mpirun", [
            "--allow-run-as-root", "--oversubscribe", .. options, "-n", count.ToString(CultureInfo.InvariantCulture),
            "dotnet", "exec", typeof(ChildProgram).Assembly.Location, Part, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["TERM"] = "dumb";   // mpirun gives each process a terminal.
        return Process.Start(start)!;
    }
}
