using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using MaaS.Cli.CommandLine;
using MaaS.Registry.Runs;

namespace MaaS.Cli.Recording;

/// <summary>Keeps what a verb does as a run: its options, the machine, the state of the source, and how it
/// ended.</summary>
internal sealed class RunRecording
{
    /// <summary>Where runs are kept.</summary>
    public Option<string?> Registry { get; } = new("--registry")
    {
        Description = "Keeps this run in a registry, as 'maas runs' shows: sqlite:FILE or postgres:Host=…. Default: "
            + $"{RegistryOpening.Variable}; without either it is not kept.",
        HelpName = "address",
        DefaultValueFactory = static _ => Environment.GetEnvironmentVariable(RegistryOpening.Variable),
    };

    /// <summary>Does the work, and keeps it where a registry is named.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="kind">The verb.</param>
    /// <param name="name">What the run is called.</param>
    /// <param name="work">Gets what it writes to; null where nothing is kept.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task<int> RunAsync(
        ParseResult result, string kind, string name, Func<RunLog?, Task<int>> work,
        CancellationToken cancellationToken)
    {
        // Of processes that train together the first one speaks for all.
        if (result.GetValue(Registry) is not { Length: > 0 } address
            || Environment.GetEnvironmentVariable("OMPI_COMM_WORLD_RANK") is not (null or "0"))
        {
            return await work(null);
        }

        var store = await RegistryOpening.OpenAsync(
            address, a => RunStore.OpenAsync(a, cancellationToken: cancellationToken));
        var run = await store.StartAsync(
            new NewRun(name)
            {
                Kind = kind,
                Command = CommandText.Of(result),
                Parameters = Parameters(result),
                Environment = Describe(),
            },
            cancellationToken);
        try
        {
            var code = await work(run);
            await EndAsync(
                run, code == ExitCode.Success ? RunOutcome.Finished : RunOutcome.Failed,
                code == ExitCode.Success ? null : string.Create(CultureInfo.InvariantCulture, $"exit code {code}"));
            return code;
        }
        catch (UsageException)
        {
            await ForgetAsync(store, run);
            throw;
        }
        catch (OperationCanceledException e)
        {
            await EndAsync(run, RunOutcome.Cancelled, e.Message);
            throw;
        }
        catch (Exception e)
        {
            await EndAsync(run, RunOutcome.Failed, e.Message);
            throw;
        }
    }

    // A command line that was refused is no run; where the database is away, the refusal is what matters.
    private static async Task ForgetAsync(RunStore store, RunLog run)
    {
        try
        {
            await run.EndAsync(RunOutcome.Cancelled);
            await store.DeleteAsync(run.Id);
        }
        catch (Exception e) when (e is IOException or KeyNotFoundException)
        {
            await Console.Error.WriteLineAsync($"warning: {e.Message}");
        }
    }

    // Hours of work do not end in an error because the database went away; the message says what is missing.
    private static async Task EndAsync(RunLog run, RunOutcome outcome, string? error)
    {
        try
        {
            await run.EndAsync(outcome, error);
            await Console.Error.WriteLineAsync(
                $"run {run.Id}: {outcome.ToString().ToLower(CultureInfo.InvariantCulture)}; maas runs show {run.Id}");
        }
        catch (Exception e) when (e is IOException or KeyNotFoundException)
        {
            await Console.Error.WriteLineAsync($"warning: {e.Message}");
        }
    }

    // What was given; defaults of options that this work does not look at would say nothing. Addresses may hold
    // passwords.
    private Dictionary<string, string> Parameters(ParseResult result)
        => result.CommandResult.Command.Options
            .Where(o => o != Registry && result.GetResult(o) is { Implicit: false })
            .Select(o => (o.Name, Value: CommandText.Shown(Text(result, o)))).Where(static p => p.Value.Length > 0)
            .ToDictionary(static p => p.Name, static p => p.Value, StringComparer.Ordinal);

    private static string Text(ParseResult result, Option option)
    {
        var value = option.GetType().GetGenericArguments() is [var type] ? Value(result, option, type) : null;
        return value switch
        {
            null => "",
            string text => text,
            System.Collections.IEnumerable several => string.Join(
                " ", several.Cast<object?>().Select(static v => Convert.ToString(v, CultureInfo.InvariantCulture))),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
    }

    private static object? Value(ParseResult result, Option option, Type type)
        => typeof(RunRecording).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, [result, option]);

    private static T? Read<T>(ParseResult result, Option option) => result.GetValue((Option<T>)option);

    private static Dictionary<string, string> Describe()
    {
        var environment = new Dictionary<string, string>
        {
            ["maas"] = typeof(RunRecording).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion ?? "",
            [".NET"] = RuntimeInformation.FrameworkDescription,
            ["system"] = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}",
            ["cores"] = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount}"),
            ["folder"] = Environment.CurrentDirectory,
        };
        if (GitState.Of(Environment.CurrentDirectory) is { } git)
        {
            environment["git"] = git.ToString();
        }

        return environment;
    }
}
