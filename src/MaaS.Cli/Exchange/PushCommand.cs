using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Cli.Trust;

namespace MaaS.Cli.Exchange;

/// <summary><c>maas push</c>.</summary>
internal sealed class PushCommand : VerbCommand
{
    private readonly Argument<string> _target = ExchangeOptionSet.Reference("target");
    private readonly Argument<string> _package = new("package")
    {
        Description = "A .maas file, plain or encrypted, or a package folder.",
    };

    private readonly ExchangeOptionSet _exchange = new();

    public PushCommand()
        : base("push", "Pushes a package and its signature to an OCI registry, as an artifact of CNCF ModelPack.")
    {
        Arguments.Add(_target);
        Arguments.Add(_package);
        _exchange.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples
        => [("maas push models.example/team/digits:1.2 digits.maas", "After 'maas login models.example'.")];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var target = ExchangeOptionSet.Parse(result.GetRequiredValue(_target));
        using var exchange = _exchange.Open(result);
        var pushed = await OptionKinds.Checked(
            () => exchange.PushAsync(target, result.GetRequiredValue(_package), cancellationToken));
        TrustOutput.Print(
            _exchange.IsJson(result), pushed,
            static p => $"{p.Reference}\n{p.Bytes} bytes sent{(p.Signatures > 0 ? ", signed" : "")}");
        return ExitCode.Success;
    }
}
