using System.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry approve</c>.</summary>
internal sealed class ApproveVerb : RegistryVerb
{
    private readonly Argument<string> _model = ReferenceArgument();

    public ApproveVerb()
        : base("approve", "Approves a version, which somebody else has added.",
            ("maas registry approve digits/3 --by ann", "Ann answers for version 3."))
    {
        Arguments.Add(_model);
        Common.AddTo(this, changes: true, prints: false);
    }

    protected override Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
        => store.ApproveAsync(
            RegistryOptions.Reference(result.GetRequiredValue(_model)), Common.Change(result), cancellationToken);
}
