using System.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry alias</c>.</summary>
internal sealed class AliasVerb : RegistryVerb
{
    private readonly Argument<string> _model = ReferenceArgument();
    private readonly Argument<string> _alias = new("alias") { Description = "The alias." };
    private readonly Option<bool> _remove = new("--remove") { Description = "Take it away." };

    public AliasVerb()
        : base("alias", "Points an alias to a version, or takes it away.",
            ("maas registry alias digits/3 champion", "digits@champion is version 3 from now on."))
    {
        Arguments.Add(_model);
        Arguments.Add(_alias);
        Options.Add(_remove);
        Common.AddTo(this, changes: true);
    }

    protected override Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
    {
        var reference = RegistryOptions.Reference(result.GetRequiredValue(_model));
        var (alias, change) = (result.GetRequiredValue(_alias), Common.Change(result));
        return result.GetValue(_remove)
            ? store.RemoveAliasAsync(reference.Name, alias, change, cancellationToken)
            : store.SetAliasAsync(reference, alias, change, cancellationToken);
    }
}
