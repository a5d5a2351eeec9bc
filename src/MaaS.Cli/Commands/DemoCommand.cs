using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Demo;

namespace MaaS.Cli.Commands;

/// <summary><c>maas demo</c>: the whole life of a model on real digits.</summary>
internal sealed class DemoCommand : VerbCommand
{
    private readonly Option<DirectoryInfo> _output = new("--output", "-o")
    {
        Description = "Where everything is left.",
        HelpName = "folder",
        DefaultValueFactory = _ => new DirectoryInfo("artifacts/demo"),
    };

    private readonly Option<int> _epochs = new("--epochs")
    {
        Description = "Passes over the training digits.",
        HelpName = "number",
        DefaultValueFactory = _ => 25,
    };

    public DemoCommand()
        : base(
            "demo",
            "Trains, evaluates, exports, packages, prunes, quantizes and serves a digit classifier, and asks it over "
                + "HTTP.")
    {
        Options.Add(_output);
        Options.Add(_epochs);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas demo", "A minute or two; summary.json has the figures."),
        ("maas serve --models artifacts/demo/digits.maas", "Serve what the demo left behind."),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var folder = result.GetRequiredValue(_output).FullName;
        if (result.GetValue(_epochs) < 1)
        {
            throw new UsageException($"--epochs: expected at least 1, got {result.GetValue(_epochs)}.");
        }

        var summary = await new DemoRun(folder, result.GetValue(_epochs)).RunAsync(cancellationToken);
        Console.WriteLine();
        Console.WriteLine(
            $"accuracy {summary.Accuracy:0.0000}, macro F1 {summary.MacroF1:0.0000}, parity "
                + $"{summary.ParityMaxAbs:0.0e0}; everything is in {folder}");
        return ExitCode.Success;
    }
}
