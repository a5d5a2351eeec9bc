using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry promote</c>.</summary>
internal sealed class PromoteVerb : RegistryVerb
{
    private readonly Argument<string> _model = ReferenceArgument();
    private readonly Option<string> _to = OptionKinds.Choice(
        "--to", "Where it goes.", Enum.GetNames<ModelStage>().Select(static n => n.ToLowerInvariant()), "production");

    public PromoteVerb()
        : base("promote", "Moves a version to another stage; what was in production before is archived.",
            ("maas registry promote digits/3 --reason \"2 points better\"",
                "digits@production is version 3 from now on."))
    {
        Arguments.Add(_model);
        Options.Add(_to);
        Common.AddTo(this, changes: true, prints: false);
    }

    protected override Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
        => store.PromoteAsync(
            RegistryOptions.Reference(result.GetRequiredValue(_model)),
            Enum.Parse<ModelStage>(result.GetRequiredValue(_to), ignoreCase: true),
            Common.Change(result), cancellationToken);
}
