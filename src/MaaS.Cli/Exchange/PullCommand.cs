using System.CommandLine;
using System.Security.Cryptography;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Cli.Trust;
using MaaS.Core.Packages;
using MaaS.Core.Trust;

namespace MaaS.Cli.Exchange;

/// <summary><c>maas pull</c>.</summary>
internal sealed class PullCommand : VerbCommand
{
    private readonly Argument<string> _source = ExchangeOptionSet.Reference("source");
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "A .maas file or a folder.",
        HelpName = "path",
        Required = true,
    };

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replaces a package there." };
    private readonly Option<string[]> _trusted = OptionKinds.Several(
        "--trusted",
        "PEM file of public keys: a package that none of them signed is refused. May be given several times.", "file");

    private readonly Option<string?> _revoked = new("--revoked")
    {
        Description = "A file of revoked keys (revoked.json of a key folder), with --trusted.",
        HelpName = "file",
    };

    private readonly Option<string?> _decryption = new("--decryption-key")
    {
        Description = "Opens an encrypted package to check its signature; what is written stays encrypted.",
        HelpName = "file",
    };

    private readonly PassphraseOptions _passphrase = new();
    private readonly ExchangeOptionSet _exchange = new();

    public PullCommand()
        : base("pull", "Pulls a package out of an OCI registry and checks every byte.")
    {
        Arguments.Add(_source);
        new Option[] { _output, _overwrite, _trusted, _revoked, _decryption }.AddTo(this);
        _passphrase.AddTo(this);
        _exchange.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas pull models.example/team/digits:1.2 -o digits.maas --trusted keys/ann.signing.pub",
            "Only if Ann signed it."),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var source = ExchangeOptionSet.Parse(result.GetRequiredValue(_source));
        List<ECDsa> trusted = [.. result.GetRequiredValue(_trusted).SelectMany(KeyFile.ReadTrusted)];
        if (trusted.Count == 0 && result.GetValue(_revoked) is not null)
        {
            throw new UsageException("--revoked: expected --trusted with it: without one no signature is looked at.");
        }

        var rules = new PackageReadOptions
        {
            TrustedKeys = trusted,
            RevokedKeys = result.GetValue(_revoked) is { } list
                ? [.. RevocationList.Read(list).Select(static r => r.Fingerprint)] : [],
            DecryptionKeys = result.GetValue(_decryption) is { } file
                ? [KeyFile.ReadDecryption(file, _passphrase.Of(result, file))] : [],
        };
        using var exchange = _exchange.Open(result);
        var pulled = await exchange.PullAsync(
            source, result.GetRequiredValue(_output), rules, result.GetValue(_overwrite), cancellationToken);
        TrustOutput.Print(
            _exchange.IsJson(result), pulled,
            p => $"{p.Path}\n{p.Reference}\n{p.Bytes} bytes"
                + (trusted.Count > 0 ? ", signed by a trusted key" : p.IsSigned ? ", signed (not checked)" : "")
                + (p.IsEncrypted ? ", encrypted" : ""));
        return ExitCode.Success;
    }
}
