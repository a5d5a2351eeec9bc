using System.Diagnostics;

namespace MaaS.Cli.Tests;

/// <summary>Runs the built command as a process of its own, as a shell does.</summary>
internal static class CommandProcess
{
    public static Task<(int ExitCode, string Output, string Error)> RunAsync(string folder, params string[] arguments)
        => RunProgramAsync("maas.dll", folder, arguments);

    /// <summary>Runs the command with variables added to its environment.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunWithAsync(
        IReadOnlyDictionary<string, string> variables, string folder, params string[] arguments)
        => FinishAsync(StartProgram("maas.dll", folder, arguments, variables));

    /// <summary>Runs another program of the build, such as a sample.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunProgramAsync(
        string program, string folder, params string[] arguments)
        => FinishAsync(StartProgram(program, folder, arguments));

    private static async Task<(int ExitCode, string Output, string Error)> FinishAsync(Process started)
    {
        using var process = started;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    public static Process Start(string folder, params string[] arguments)
        => StartProgram("maas.dll", folder, arguments);

    public static Process StartWith(
        IReadOnlyDictionary<string, string> variables, string folder, params string[] arguments)
        => StartProgram("maas.dll", folder, arguments, variables);

    private static Process StartProgram(
        string program, string folder, string[] arguments, IReadOnlyDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
