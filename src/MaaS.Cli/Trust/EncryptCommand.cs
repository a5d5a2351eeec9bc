using System.CommandLine;
using System.Security.Cryptography;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Core.Packages;
using MaaS.Core.Trust;

namespace MaaS.Cli.Trust;

/// <summary><c>maas encrypt</c>.</summary>
internal sealed class EncryptCommand : VerbCommand
{
    private readonly Argument<string> _package = new("package") { Description = "A .maas file or a package folder." };
    private readonly Option<string[]> _to = OptionKinds.Several(
        "--to", "A PEM file of public keys; who has a private half opens the package. May be given several times.",
        "file");

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The encrypted .maas file; it must not be there yet.",
        HelpName = "file",
        Required = true,
    };

    public EncryptCommand()
        : base("encrypt", "Encrypts a package to the holders of keys (AES-256-GCM; ECDH on P-256).")
    {
        Arguments.Add(_package);
        _to.Required = true;
        Options.Add(_to);
        Options.Add(_output);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
        [("maas encrypt digits.maas --to keys/server.encryption.pub -o sealed.maas",
            "maas serve --models sealed.maas --decryption-key keys/server.encryption.key serves it.")];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var output = result.GetRequiredValue(_output);
        List<ECDiffieHellman> recipients = [.. result.GetRequiredValue(_to).SelectMany(KeyFile.ReadRecipients)];
        using var package = await ModelPackage.OpenAsync(
            result.GetRequiredValue(_package), cancellationToken: cancellationToken);
        await OptionKinds.Checked(
            () => package.SaveEncryptedAsync(output, recipients, cancellationToken: cancellationToken));
        Console.WriteLine(
            $"{output} is encrypted to {string.Join(", ", recipients.Select(KeyFingerprint.Of))}"
                + (package.IsSigned ? "" : "; it is not signed, so whoever has a public key can make such a file"));
        return ExitCode.Success;
    }
}
