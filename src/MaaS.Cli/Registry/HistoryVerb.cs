using System.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry history</c>.</summary>
internal sealed class HistoryVerb : RegistryVerb
{
    private readonly Argument<string> _model = new("model") { Description = "NAME." };

    public HistoryVerb()
        : base(
            "history", "Shows what was done to a model, when, by whom and why.",
            ("maas registry history digits", "All of it."))
    {
        Arguments.Add(_model);
        Common.AddTo(this, changes: false);
    }

    protected override async Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
        => Common.Print(
            result, await store.HistoryAsync(result.GetRequiredValue(_model), cancellationToken), RegistryText.History);
}
