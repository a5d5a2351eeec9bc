using System.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry tag</c>.</summary>
internal sealed class TagVerb : RegistryVerb
{
    private readonly Argument<string> _model = ReferenceArgument();
    private readonly Argument<string> _tag = new("tag") { Description = "NAME=VALUE." };

    public TagVerb()
        : base(
            "tag", "Gives a version a value under a name.",
            ("maas registry tag digits/3 team=vision", "Who cares for it."))
    {
        Arguments.Add(_model);
        Arguments.Add(_tag);
        Common.AddTo(this, changes: true, prints: false);
    }

    protected override Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
    {
        var (name, value) = RegistryOptions.Pair(result.GetRequiredValue(_tag));
        return store.SetTagAsync(
            RegistryOptions.Reference(result.GetRequiredValue(_model)), name, value, Common.Change(result),
            cancellationToken);
    }
}
