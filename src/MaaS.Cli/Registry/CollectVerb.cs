using System.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry gc</c>.</summary>
internal sealed class CollectVerb : RegistryVerb
{
    public CollectVerb()
        : base(
            "gc", "Deletes files that no version has any more.",
            ("maas registry gc", "Frees what deleted versions held."))
        => Common.AddTo(this, changes: false);

    protected override async Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
        => Common.Print(
            result, await store.CollectAsync(cancellationToken),
            static c => $"{c.Files} files of {c.Bytes:n0} bytes are gone");
}
