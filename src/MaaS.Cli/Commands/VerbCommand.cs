using System.CommandLine;
using MaaS.Cli.CommandLine;

namespace MaaS.Cli.Commands;

/// <summary>A verb of the command: options, examples, and what it does.</summary>
internal abstract class VerbCommand : Command, IHasExamples
{
    protected VerbCommand(string name, string description)
        : base(name, description)
        => SetAction(RunAsync);

    public abstract IReadOnlyList<(string CommandLine, string Purpose)> Examples { get; }

    /// <summary>Does the verb's work; exceptions become one line on standard error and
    /// <see cref="ExitCode.Failure"/>.</summary>
    protected abstract Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken);
}
