using System.Diagnostics;
using MaaS.Training.Tests.Fitting.Processes;
using MaaS.Training.Tests.Fitting.Resume;
using MaaS.Training.Tests.Tracing.LibTorch;

namespace MaaS.Training.Tests;

/// <summary>Runs parts of tests in a process of their own: what goes wrong there may end it.</summary>
internal static class ChildProgram
{
    private const string WrongOffsets = "wrong-offsets";

    public static int Main(string[] arguments) => arguments switch
    {
        [WrongOffsets] => WrongOffset.TryAll(),
        [KilledRun.Argument, var kind, var folder, var step, var point] => KilledRun.Run(kind, folder, step, point),
        [Mpirun.Part, .. var part] => ProcessParts.Run(part),
        _ => throw new ArgumentException(
            $"expected {WrongOffsets}, {KilledRun.Argument} or {Mpirun.Part}, got {string.Join(' ', arguments)}"),
    };

    /// <summary>Starts the program and waits for its end.</summary>
    /// <returns>The exit code and what it wrote.</returns>
    public static (int ExitCode, string Output) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            ["exec", typeof(ChildProgram).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }
}
