using System.Diagnostics;
using System.Text.Json;

namespace MaaS.Benchmarks.Training;

/// <summary>Runs one side in a process of its own.</summary>
internal static class SideProcess
{
    // What a shell may have set for one side only would spoil the comparison: sides get what their list says, nothing
    // more.
    private static readonly string[] Cleared =
        ["MALLOC_", "OMP_", "GOMP_", "KMP_", "MKL_", "ONEDNN_", "DNNL_", "OPENBLAS_", "TORCH", "ATEN_", "MAAS_TORCH", "DOTNET_gc", "LD_PRELOAD"];

    /// <summary>The last line of its output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has its error output.</exception>
    public static RunResult Run(Side side, RunRequest request)
    {
        var json = JsonSerializer.Serialize(request);
        var self = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? [typeof(SideProcess).Assembly.Location] : [];
        var start = side.IsDotNet
            ? new ProcessStartInfo(self, [.. host, "run", side.Key, json])
            : new ProcessStartInfo(
                Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3",
                [Path.Combine(AppContext.BaseDirectory, "pytorch_training.py"), side.Key, json]);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        foreach (var name in start.Environment.Keys.Where(
            static n => Cleared.Any(c => n.StartsWith(c, StringComparison.Ordinal))).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in side.Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<RunResult>(output.Trim().Split('\n')[^1])!
            : throw new InvalidOperationException(
                $"{side.Name}, {request.Network}: expected exit code 0, got {process.ExitCode}: "
                    + $"{errors.Result.Trim()}");
    }
}
