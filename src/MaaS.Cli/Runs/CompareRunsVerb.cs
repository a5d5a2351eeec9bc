using System.CommandLine;
using MaaS.Primitives.Files;
using MaaS.Registry.Runs;
using MaaS.Training.Reports;

namespace MaaS.Cli.Runs;

/// <summary><c>maas runs compare</c>.</summary>
internal sealed class CompareRunsVerb : RunsVerb
{
    private readonly Argument<string[]> _runs = new("run")
    {
        Description = "Two to six runs: identifiers, their beginnings, or names.",
        Arity = new ArgumentArity(2, RunComparison.MostRuns),
    };

    private readonly Option<FileInfo?> _report = new("--report")
    {
        Description = "Writes a page with the curves laid over each other.",
        HelpName = "file.html",
    };

    public CompareRunsVerb()
        : base(
            "compare", "Tells runs apart: what differed, and what came of it.", prints: true,
            ("maas runs compare 3f2a 77b1 --report compare.html", "With the curves of both in a page."))
    {
        Arguments.Add(_runs);
        Options.Add(_report);
    }

    protected override async Task RunAsync(RunStore store, ParseResult result, CancellationToken cancellationToken)
    {
        if (result.GetValue(_report) is { } page)
        {
            AtomicFile.EnsureWritable(page.FullName);
        }

        var comparison = await RunComparison.LoadAsync(store, result.GetRequiredValue(_runs), cancellationToken);
        Print(result, comparison, RunsText.Compare);
        if (result.GetValue(_report) is { } file)
        {
            comparison.Save(file.FullName);
            await Console.Error.WriteLineAsync($"written to {file.FullName}");
        }
    }
}
