using System.CommandLine;

namespace MaaS.Cli.Runs;

/// <summary><c>maas runs</c>: what was trained, tuned and measured, with what, and how it ended.</summary>
internal sealed class RunsCommand : Command
{
    public RunsCommand()
        : base("runs", "Shows and compares the runs that verbs with --registry have kept.")
    {
        Subcommands.Add(new ListRunsVerb());
        Subcommands.Add(new ShowRunVerb());
        Subcommands.Add(new CompareRunsVerb());
        Subcommands.Add(new DeleteRunVerb());
    }
}
