using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Registry.Fleet;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry servers</c>.</summary>
internal sealed class ServersVerb : RegistryVerb
{
    public ServersVerb()
        : base(
            "servers",
            "Lists the servers that announce themselves (maas serve --announce), with what they have loaded.",
            ("maas registry servers", "Where they are, and how busy."))
        => Common.AddTo(this, changes: false);

    protected override async Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
    {
        var servers = await RegistryOpening.OpenAsync(
            Common.Address(result), a => ServerStore.OpenAsync(a, cancellationToken: cancellationToken));
        Common.Print(result, await servers.ListAsync(cancellationToken), RegistryText.Servers);
    }
}
