using System.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry diff</c>.</summary>
internal sealed class DiffVerb : RegistryVerb
{
    private readonly Argument<string> _left = new("left") { Description = "A version." };
    private readonly Argument<string> _right = new("right") { Description = "Another version." };

    public DiffVerb()
        : base("diff", "Tells two versions apart: metrics, operators, weights, labels, preprocessing, files.",
            ("maas registry diff digits@production digits", "What the newest version would change."))
    {
        Arguments.Add(_left);
        Arguments.Add(_right);
        Common.AddTo(this, changes: false);
    }

    protected override async Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
    {
        var left = await store.GetAsync(RegistryOptions.Reference(result.GetRequiredValue(_left)), cancellationToken);
        var right = await store.GetAsync(RegistryOptions.Reference(result.GetRequiredValue(_right)), cancellationToken);
        Common.Print(
            result, await VersionDifference.BetweenAsync(store, left, right, cancellationToken),
            RegistryText.Differences);
    }
}
