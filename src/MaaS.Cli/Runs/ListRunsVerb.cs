using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Registry.Runs;

namespace MaaS.Cli.Runs;

/// <summary><c>maas runs list</c>.</summary>
internal sealed class ListRunsVerb : RunsVerb
{
    private readonly Option<string?> _kind = new("--kind")
    {
        Description = "Only runs of one verb, such as train.",
        HelpName = "verb",
    };

    private readonly Option<int> _most = OptionKinds.Number("--most", "At most so many, the newest.", 30);

    public ListRunsVerb()
        : base(
            "list", "Lists runs, the newest first.", prints: true,
            ("maas runs list --kind train", "What was trained, and how it ended."))
    {
        Options.Add(_kind);
        Options.Add(_most);
    }

    protected override async Task RunAsync(RunStore store, ParseResult result, CancellationToken cancellationToken)
    {
        var most = result.GetValue(_most);
        if (most < 1)
        {
            throw new UsageException($"--most: expected at least 1, got {most}.");
        }

        Print(result, await store.ListAsync(result.GetValue(_kind), most, cancellationToken), RunsText.List);
    }
}
