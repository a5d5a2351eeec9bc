using System.CommandLine;
using MaaS.Cli.CommandLine;
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
        Common.AddTo(this, changes: true, prints: false);
    }

    protected override Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
    {
        var reference = RegistryOptions.Reference(result.GetRequiredValue(_model));
        var (alias, change) = (result.GetRequiredValue(_alias), Common.Change(result));
        return result.GetValue(_remove)
            ? RemoveAsync(store, reference, alias, change, cancellationToken)
            : store.SetAliasAsync(reference, alias, change, cancellationToken);
    }

    private static async Task RemoveAsync(
        ModelStore store, ModelReference reference, string alias, Change change, CancellationToken cancellationToken)
    {
        var holder = await store.GetAsync(new ModelReference(reference.Name, Alias: alias), cancellationToken);
        if (reference.Alias is not null || (reference.Version is { } version && holder.Version != version))
        {
            throw new UsageException(
                $"model: expected {reference.Name} or {holder}, which has '{alias}', got '{reference}'.");
        }

        await store.RemoveAliasAsync(reference.Name, alias, change, cancellationToken);
    }
}
