using System.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry show</c>.</summary>
internal sealed class ShowVerb : RegistryVerb
{
    private readonly Argument<string> _model = ReferenceArgument();

    public ShowVerb()
        : base("show", "Shows a version: metrics, files, tags, approvals.",
            ("maas registry show digits@production", "What serves."))
    {
        Arguments.Add(_model);
        Common.AddTo(this, changes: false);
    }

    protected override async Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
        => Common.Print(
            result,
            await store.GetAsync(RegistryOptions.Reference(result.GetRequiredValue(_model)), cancellationToken),
            RegistryText.Version);
}
