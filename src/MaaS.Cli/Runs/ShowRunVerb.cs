using System.CommandLine;
using MaaS.Registry.Runs;

namespace MaaS.Cli.Runs;

/// <summary><c>maas runs show</c>.</summary>
internal sealed class ShowRunVerb : RunsVerb
{
    private readonly Argument<string> _run = new("run")
    {
        Description = "An identifier, its beginning, or the name of a run, of which the newest is meant.",
    };

    public ShowRunVerb()
        : base(
            "show", "Shows a run: what it depended on, what it measured, what it wrote.", prints: true,
            ("maas runs show 3f2a", "By the beginning of its identifier."))
        => Arguments.Add(_run);

    protected override async Task RunAsync(RunStore store, ParseResult result, CancellationToken cancellationToken)
        => Print(
            result, await store.GetAsync(result.GetRequiredValue(_run), cancellationToken), RunsText.Show);
}
