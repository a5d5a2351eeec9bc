using System.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary>A verb of <c>maas registry</c>.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">What it does.</param>
/// <param name="example">A command line and its purpose.</param>
internal abstract class RegistryVerb(
    string name, string description, params (string CommandLine, string Purpose)[] example)
    : VerbCommand(name, description)
{
    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples => example;

    protected RegistryOptions Common { get; } = new();

    protected sealed override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var store = await Common.OpenAsync(result, cancellationToken);
        await RunAsync(store, result, cancellationToken);
        return CommandLine.ExitCode.Success;
    }

    protected abstract Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken);

    protected static Argument<string> ReferenceArgument(string description = "NAME, NAME/VERSION or NAME@ALIAS.")
        => new("model") { Description = description };
}
