using System.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry export</c>.</summary>
internal sealed class ExportVerb : RegistryVerb
{
    private readonly Argument<string> _model = ReferenceArgument();
    private readonly Option<FileSystemInfo> _output = new("--output", "-o")
    {
        Description = "FILE.maas or a folder.",
        HelpName = "path",
        Required = true,
    };

    public ExportVerb()
        : base(
            "export", "Writes a version as a package.",
            ("maas registry export digits@production -o digits.maas", "The file that serves."))
    {
        Arguments.Add(_model);
        Options.Add(_output);
        Common.AddTo(this, changes: false, prints: false);
    }

    protected override async Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
    {
        var version = await store.GetAsync(
            RegistryOptions.Reference(result.GetRequiredValue(_model)), cancellationToken);
        using var package = await store.OpenPackageAsync(version, cancellationToken: cancellationToken);
        await package.SaveAsync(result.GetRequiredValue(_output).FullName, cancellationToken: cancellationToken);
    }
}
