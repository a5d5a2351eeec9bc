using System.CommandLine;
using System.Globalization;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Cli.Trust;
using MaaS.Primitives.Display;

namespace MaaS.Cli.Exchange;

/// <summary><c>maas list</c>.</summary>
internal sealed class ListCommand : VerbCommand
{
    private readonly Argument<string> _repository = ExchangeOptionSet.Reference("repository");
    private readonly ExchangeOptionSet _exchange = new();

    public ListCommand()
        : base("list", "Lists the tags of a model in an OCI registry.")
    {
        Arguments.Add(_repository);
        _exchange.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples
        => [("maas list models.example/team/digits", "Tags, digests, sizes and signatures.")];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        using var exchange = _exchange.Open(result);
        var models = await exchange.ListAsync(
            ExchangeOptionSet.Parse(result.GetRequiredValue(_repository)), cancellationToken);
        TrustOutput.Print(
            _exchange.IsJson(result), models,
            static all => all.Count == 0 ? "no tags" : TextTable.Render(
                [
                    ["tag", "model", "MiB", "signatures", "digest"],
                    .. all.Select(static m => new[]
                    {
                        m.Tag, m.IsModel ? $"{m.Name} {m.Version}".Trim() : "no model",
                        (m.Bytes / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture), $"{m.Signatures}",
                        m.Digest,
                    }),
                ], 2));
        return ExitCode.Success;
    }
}
