using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Registry.Fleet;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry servers</c>, which needs the database alone and not the files' contents.</summary>
internal sealed class ServersVerb : VerbCommand
{
    private readonly RegistryOptions _options = new();

    public ServersVerb()
        : base(
            "servers",
            "Lists the servers that announce themselves (maas serve --announce), with what they have loaded.")
        => _options.AddTo(this, changes: false);

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples { get; } =
        [("maas registry servers", "Where they are, and how busy.")];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var servers = await RegistryOpening.OpenAsync(
            _options.Address(result), a => ServerStore.OpenAsync(a, cancellationToken: cancellationToken));
        _options.Print(result, await servers.ListAsync(cancellationToken), RegistryText.Servers);
        return ExitCode.Success;
    }
}
