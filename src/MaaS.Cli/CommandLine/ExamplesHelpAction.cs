using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MaaS.Cli.CommandLine;

/// <summary>The usual help, followed by the command's examples.</summary>
internal sealed class ExamplesHelpAction(SynchronousCommandLineAction help) : SynchronousCommandLineAction
{
    public static void Install(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            option.Action = new ExamplesHelpAction((SynchronousCommandLineAction)option.Action!);
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is IHasExamples { Examples.Count: > 0 } command)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var (commandLine, purpose) in command.Examples)
            {
                output.WriteLine($"  {commandLine}");
                output.WriteLine($"      {purpose}");
            }

            output.WriteLine();
        }

        return code;
    }
}

/// <summary>A command that shows examples in its help.</summary>
internal interface IHasExamples
{
    IReadOnlyList<(string CommandLine, string Purpose)> Examples { get; }
}
