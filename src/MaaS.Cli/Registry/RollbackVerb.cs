using System.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry rollback</c>.</summary>
internal sealed class RollbackVerb : RegistryVerb
{
    private readonly Argument<string> _model = new("model") { Description = "NAME." };

    public RollbackVerb()
        : base(
            "rollback", "Brings back the version that was in production before.",
            ("maas registry rollback digits", "One step back."))
    {
        Arguments.Add(_model);
        Common.AddTo(this, changes: true);
    }

    protected override async Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
        => Common.Print(
            result,
            await store.RollbackAsync(result.GetRequiredValue(_model), Common.Change(result), cancellationToken),
            static v => v.ToString());
}
