using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Cli.Registry;
using MaaS.Registry.Runs;

namespace MaaS.Cli.Runs;

/// <summary>A verb of <c>maas runs</c>.</summary>
internal abstract class RunsVerb : VerbCommand
{
    private readonly (string CommandLine, string Purpose)[] _examples;
    private readonly RegistryOptions _options = new();

    protected RunsVerb(
        string name, string description, bool prints, params (string CommandLine, string Purpose)[] examples)
        : base(name, description)
    {
        _examples = examples;
        _options.AddTo(this, changes: false, prints);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples => _examples;

    protected sealed override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        await RunAsync(await _options.OpenRunsAsync(result, cancellationToken), result, cancellationToken);
        return ExitCode.Success;
    }

    protected abstract Task RunAsync(RunStore store, ParseResult result, CancellationToken cancellationToken);

    protected void Print<T>(ParseResult result, T value, Func<T, string> text) => _options.Print(result, value, text);
}
