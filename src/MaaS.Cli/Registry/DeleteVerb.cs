using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry delete</c>.</summary>
internal sealed class DeleteVerb : RegistryVerb
{
    private readonly Argument<string> _model = ReferenceArgument("NAME/VERSION.");

    public DeleteVerb()
        : base("delete", "Deletes a version that nothing points to; its number never comes back.",
            ("maas registry delete digits/2", "Its files go with the next maas registry gc."))
    {
        Arguments.Add(_model);
        Common.AddTo(this, changes: true, prints: false);
    }

    protected override Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
    {
        var reference = RegistryOptions.Reference(result.GetRequiredValue(_model));
        return reference.Version is null
            ? throw new UsageException($"model: expected NAME/VERSION, the number that is to go, got '{reference}'.")
            : store.DeleteAsync(reference, Common.Change(result), cancellationToken);
    }
}
