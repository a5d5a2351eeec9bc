using System.CommandLine;
using System.Data.Common;
using System.Text.RegularExpressions;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Cli.Exchange;
using MaaS.Cli.Registry;
using MaaS.Cli.Runs;
using MaaS.Cli.Trust;
using MaaS.Onnx.Inference;
using MaaS.Training.Export;
using MaaS.Training.Fitting;
using MaaS.Training.Pruning;
using Microsoft.Extensions.Options;

namespace MaaS.Cli;

/// <summary>The <c>maas</c> command: every verb is thin and calls a public API.</summary>
public static partial class Program
{
    // How long after Ctrl+C or SIGTERM a verb may go on until its next step. A server has a patience of its own, and a
    // chat goes on after Ctrl+C.
    private static readonly TimeSpan WorkGrace = TimeSpan.FromSeconds(5);

    /// <summary>Runs one verb.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> Main(string[] args)
    {
        var root = new RootCommand(
            "Takes a neural network from data to a server: train, evaluate, prune, quantize, export, serve.")
        {
            new DemoCommand(),
            new ProfileCommand(),
            new TrainCommand(),
            new FineTuneCommand(),
            new TuneCommand(),
            new EvaluateCommand(),
            new ExportCommand(),
            new ImportCommand(),
            new InspectCommand(),
            new PruneCommand(),
            new QuantizeCommand(),
            new CompressCommand(),
            new PredictCommand(),
            new ChatCommand(),
            new RegistryCommand(),
            new RunsCommand(),
            new PushCommand(),
            new PullCommand(),
            new ListCommand(),
            new CopyCommand(),
            new LoginCommand(),
            new LogoutCommand(),
            new ServeCommand(),
            new GatewayCommand(),
            new KeysCommand(),
            KeyPairCommand.Signing(),
            new SignCommand(),
            new VerifyCommand(),
            KeyPairCommand.Encryption(),
            new EncryptCommand(),
            new DecryptCommand(),
            new AuditCommand(),
            new DoctorCommand(),
        };
        ExamplesHelpAction.Install(root);

        var result = root.Parse(args);
        if (result.Errors.Count > 0 && (result.Action is not ExamplesHelpAction || IsUnknownVerb(result)))
        {
            return UsageErrors.Report(result, Console.Error);
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout =
                    result.CommandResult.Command is ServeCommand or GatewayCommand or ChatCommand ? null : WorkGrace,
            });
        }
        catch (OperationCanceledException e) when (e.InnerException is not TimeoutException)
        {
            await Console.Error.WriteLineAsync("maas: cancelled.");
            return ExitCode.Cancelled;
        }
        catch (UsageException e)
        {
            await Console.Error.WriteLineAsync($"maas: {Text(e)}");
            return ExitCode.Usage;
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("MAAS_DEBUG") is null)
        {
            await Console.Error.WriteLineAsync($"maas: {Text(e)}");
            if (!IsExpected(e))
            {
                await Console.Error.WriteLineAsync("Set MAAS_DEBUG=1 to see where this came from.");
            }

            return ExitCode.Failure;
        }
    }

    // Help for a verb that is not there is help for something else.
    private static bool IsUnknownVerb(ParseResult result)
        => result.CommandResult.Command.Subcommands.Count > 0 && result.UnmatchedTokens.Any(t => !t.StartsWith('-'));

    // Which parameter of which method it was helps nobody on a command line, nor do the C++ frames below an error of
    // libtorch.
    private static string Text(Exception e)
        => ParameterName().Replace(e.Message.Split("\nException raised from ")[0], "");

    [GeneratedRegex(@" \(Parameter '\w+'\)")]
    private static partial Regex ParameterName();

    // Their messages say what is wrong and what to do; where in the code it was noticed helps nobody.
    private static bool IsExpected(Exception e)
        => e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException
            or OptionsValidationException
            or DivergedException or InferenceException or ModelInputException or NotSupportedException
            or OnnxExportException or PruningException or KeyNotFoundException or DbException;
}
