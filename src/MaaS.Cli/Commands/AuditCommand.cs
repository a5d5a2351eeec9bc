using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Serving.Audit;

namespace MaaS.Cli.Commands;

/// <summary><c>maas audit</c>: checks a server's audit log.</summary>
internal sealed class AuditCommand : Command
{
    public AuditCommand()
        : base("audit", "Checks the audit log of a server (maas serve --audit FILE).") => Subcommands.Add(new Verify());

    private sealed class Verify : VerbCommand
    {
        private readonly Argument<FileInfo> _file = new("file") { Description = "The log." };
        private readonly Option<string?> _head = new("--head")
        {
            Description = "A hash that an earlier check printed: it must be in the log still.",
            HelpName = "hash",
        };

        public Verify()
            : base("verify", "Checks that no line was changed, taken out, put in or moved.")
        {
            Arguments.Add(_file);
            Options.Add(_head);
        }

        public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
            [("maas audit verify audit.jsonl",
                "Prints the number of lines and the head, the last line's hash: keep it elsewhere.")];

        protected override Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
        {
            var file = result.GetRequiredValue(_file);
            if (!file.Exists)
            {
                throw new UsageException($"audit verify: expected a log, found none at '{file.FullName}'.");
            }

            var verdict = AuditVerifier.Verify(file.FullName, result.GetValue(_head), cancellationToken);
            Console.WriteLine($"{verdict.Lines} lines are whole, head {verdict.Head}");
            if (verdict.Fault is { } fault)
            {
                Console.Error.WriteLine($"maas: {file.Name}: {fault}");
            }

            return Task.FromResult(verdict.Fault is null ? ExitCode.Success : ExitCode.Failure);
        }
    }
}
