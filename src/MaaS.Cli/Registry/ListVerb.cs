using System.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry list</c>.</summary>
internal sealed class ListVerb : RegistryVerb
{
    private readonly Argument<string?> _name = new("model")
    {
        Description = "A model, to list its versions; all models without it.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ListVerb()
        : base("list", "Lists models, or the versions of one.",
            ("maas registry list", "Every model."),
            ("maas registry list digits", "Its versions with stages, aliases and metrics."))
    {
        Arguments.Add(_name);
        Common.AddTo(this, changes: false);
    }

    protected override async Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
    {
        if (result.GetValue(_name) is { } name)
        {
            Common.Print(result, await store.VersionsAsync(name, cancellationToken), RegistryText.Versions);
        }
        else
        {
            Common.Print(result, await store.ListAsync(cancellationToken), RegistryText.Models);
        }
    }
}
