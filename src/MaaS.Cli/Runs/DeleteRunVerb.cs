using System.CommandLine;
using MaaS.Registry.Runs;

namespace MaaS.Cli.Runs;

/// <summary><c>maas runs delete</c>.</summary>
internal sealed class DeleteRunVerb : RunsVerb
{
    private readonly Argument<string[]> _runs = new("run")
    {
        Description = "Identifiers, their beginnings, or names.",
        Arity = ArgumentArity.OneOrMore,
    };

    public DeleteRunVerb()
        : base(
            "delete", "Deletes runs that have ended, with their metrics; the files that they wrote stay.",
            prints: false,
            ("maas runs delete 3f2a", "One run."))
        => Arguments.Add(_runs);

    protected override async Task RunAsync(RunStore store, ParseResult result, CancellationToken cancellationToken)
    {
        foreach (var run in result.GetRequiredValue(_runs))
        {
            Console.WriteLine($"deleted {await store.DeleteAsync(run, cancellationToken)}");
        }
    }
}
