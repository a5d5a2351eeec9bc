using System.CommandLine;
using System.Security.Cryptography;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Core.Packages;
using MaaS.Core.Trust;

namespace MaaS.Cli.Trust;

/// <summary><c>maas verify</c>.</summary>
internal sealed class VerifyCommand : VerbCommand
{
    private readonly Argument<string> _package = new("package") { Description = "A .maas file or a package folder." };
    private readonly Option<string[]> _trusted = OptionKinds.Several(
        "--trusted", "A PEM file of public keys whose signatures count; may be given several times.", "file");

    private readonly Option<string?> _revoked = new("--revoked")
    {
        Description = "A file of revoked keys (revoked.json of a key folder).",
        HelpName = "file",
    };

    private readonly Option<string?> _decryption = new("--decryption-key")
    {
        Description = "The private key that opens an encrypted package.",
        HelpName = "file",
    };

    private readonly Option<bool> _json = KeyPairCommand.Json();
    private readonly PassphraseOptions _passphrase = new();

    public VerifyCommand()
        : base("verify", "Checks every file of a package and who signed it; ends with 1 and the reason where not.")
    {
        Arguments.Add(_package);
        _trusted.Required = true;
        new Option[] { _trusted, _revoked, _decryption, _json }.AddTo(this);
        _passphrase.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas verify digits.maas --trusted keys/ann.signing.pub --revoked keys/revoked.json",
            "Whether Ann signed it and her key counts."),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = result.GetRequiredValue(_package);
        List<ECDsa> trusted = [.. result.GetRequiredValue(_trusted).SelectMany(KeyFile.ReadTrusted)];
        List<ECDiffieHellman> decryption = result.GetValue(_decryption) is { } file
            ? [KeyFile.ReadDecryption(file, _passphrase.Of(result, file))] : [];
        string? reason = null, signer = null;
        try
        {
            using var package = await ModelPackage.OpenAsync(
                path,
                new PackageReadOptions
                {
                    TrustedKeys = trusted,
                    RevokedKeys = result.GetValue(_revoked) is { } list
                        ? [.. RevocationList.Read(list).Select(static r => r.Fingerprint)] : [],
                    DecryptionKeys = decryption,
                },
                cancellationToken);
            signer = KeyFingerprint.Of(package.FindSigner(trusted)!);
        }
        catch (InvalidDataException e)
        {
            reason = e.Message;
        }

        TrustOutput.Print(
            result.GetValue(_json), new { package = path, valid = reason is null, signer, reason },
            static v => v.valid ? $"{v.package} is whole and signed by {v.signer}" : $"refused: {v.reason}");
        return reason is null ? ExitCode.Success : ExitCode.Failure;
    }
}
