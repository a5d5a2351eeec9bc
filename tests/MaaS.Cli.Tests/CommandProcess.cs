using System.Diagnostics;

namespace MaaS.Cli.Tests;

/// <summary>Runs the built command as a process of its own, as a shell does.</summary>
internal static class CommandProcess
{
    public static Task<(int ExitCode, string Output, string Error)> RunAsync(string folder, params string[] arguments)
        => RunProgramAsync("maas.dll", folder, arguments);

    /// <summary>Runs another program of the build, such as a sample.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunProgramAsync(string program, string folder, params string[] arguments)
    {
        using var process = StartProgram(program, folder, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    public static Process Start(string folder, params string[] arguments) => StartProgram("maas.dll", folder, arguments);

    private static Process StartProgram(string program, string folder, string[] arguments)
        => Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
