using System.Diagnostics;
using MaaS.Training.Tests.Fitting.Processes;
using MaaS.Training.Tests.Fitting.Resume;
using MaaS.Training.Tests.Tracing.LibTorch;
using MaaS.Training.Tests.Tuning;

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
        [StudyWorker.Argument, var address, var file, var hangAt] =>
            StudyWorker.RunAsync(address, file, hangAt).GetAwaiter().GetResult(),
        _ => throw new ArgumentException(
            $"expected {WrongOffsets}, {KilledRun.Argument}, {Mpirun.Part} or {StudyWorker.Argument}, got "
                + string.Join(' ', arguments)),
    };

    /// <summary>Starts the program and waits for its end.</summary>
    /// <returns>The exit code and what it wrote.</returns>
    public static (int ExitCode, string Output) Run(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    /// <summary>Starts the program; the caller reads what it says and waits for its end.</summary>
    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
        ["exec", typeof(ChildProgram).Assembly.Location, .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
