using System.CommandLine;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry</c>: versions of models, who put what where, and why.</summary>
internal sealed class RegistryCommand : Command
{
    public RegistryCommand()
        : base("registry", "Keeps versions of models with aliases, stages and history, in SQLite or PostgreSQL.")
    {
        Subcommands.Add(new AddVerb());
        Subcommands.Add(new ListVerb());
        Subcommands.Add(new ShowVerb());
        Subcommands.Add(new DiffVerb());
        Subcommands.Add(new AliasVerb());
        Subcommands.Add(new TagVerb());
        Subcommands.Add(new PromoteVerb());
        Subcommands.Add(new ApproveVerb());
        Subcommands.Add(new ApprovalVerb());
        Subcommands.Add(new RollbackVerb());
        Subcommands.Add(new HistoryVerb());
        Subcommands.Add(new ExportVerb());
        Subcommands.Add(new ImportVerb());
        Subcommands.Add(new DeleteVerb());
        Subcommands.Add(new CollectVerb());
        Subcommands.Add(new ServersVerb());
    }
}
