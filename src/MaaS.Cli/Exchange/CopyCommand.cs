using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Cli.Trust;

namespace MaaS.Cli.Exchange;

/// <summary><c>maas copy</c>.</summary>
internal sealed class CopyCommand : VerbCommand
{
    private readonly Argument<string> _source = ExchangeOptionSet.Reference("source");
    private readonly Argument<string> _target = ExchangeOptionSet.Reference("target");
    private readonly Option<int> _maxGib = OptionKinds.Number(
        "--max-gib", "Most GiB that go through this machine's temporary folder.", 16);

    private readonly ExchangeOptionSet _exchange = new();

    public CopyCommand()
        : base("copy", "Copies a model and its signatures from registry to registry, byte for byte.")
    {
        Arguments.Add(_source);
        Arguments.Add(_target);
        Options.Add(_maxGib);
        _exchange.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
        [("maas copy models.example/team/digits:1.2 mirror.example/digits:1.2", "The digest stays the same.")];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var (source, target) = (ExchangeOptionSet.Parse(result.GetRequiredValue(_source)),
            ExchangeOptionSet.Parse(result.GetRequiredValue(_target)));
        using var exchange = _exchange.Open(result, (long)result.GetValue(_maxGib) << 30);
        var copied = await OptionKinds.Checked(() => exchange.CopyAsync(source, target, cancellationToken));
        TrustOutput.Print(
            _exchange.IsJson(result), copied,
            static c => $"{c.Reference}\n{c.Bytes} bytes sent, {c.Signatures} signatures");
        return ExitCode.Success;
    }
}
