using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;

namespace MaaS.Cli;

/// <summary>The <c>maas</c> command: every verb is thin and calls a public API.</summary>
public static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var root = new RootCommand("Takes a neural network from data to a server: train, evaluate, export, serve.")
        {
            new DemoCommand(),
            new TrainCommand(),
            new EvaluateCommand(),
            new ExportCommand(),
            new PredictCommand(),
            new ServeCommand(),
        };
        ExamplesHelpAction.Install(root);

        var result = root.Parse(args);
        if (result.Errors.Count > 0)
        {
            return UsageErrors.Report(result, Console.Error);
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("maas: cancelled.");
            return ExitCode.Cancelled;
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("MAAS_DEBUG") is null)
        {
            await Console.Error.WriteLineAsync($"maas: {e.Message}");
            await Console.Error.WriteLineAsync("Set MAAS_DEBUG=1 to see where this came from.");
            return ExitCode.Failure;
        }
    }
}
