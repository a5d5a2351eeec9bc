using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Core.Packages;
using MaaS.Core.Trust;

namespace MaaS.Cli.Trust;

/// <summary><c>maas sign</c>.</summary>
internal sealed class SignCommand : VerbCommand
{
    private readonly Argument<string> _package = new("package") { Description = "A .maas file or a package folder." };
    private readonly Option<string> _key = new("--key")
    {
        Description = "The private signing key (maas signing-keys create).",
        HelpName = "file",
        Required = true,
    };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Another package instead of the same one; it must not be there yet.",
        HelpName = "path",
    };

    private readonly PassphraseOptions _passphrase = new();

    public SignCommand()
        : base("sign", "Signs a package: its manifest, and with it every file's hash (ECDSA P-256, SHA-256).")
    {
        Arguments.Add(_package);
        Options.Add(_key);
        Options.Add(_output);
        _passphrase.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples
        => [("maas sign digits.maas --key keys/ann.signing.key", "The package itself gets the signature.")];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var (path, file) = (result.GetRequiredValue(_package), result.GetRequiredValue(_key));
        using var package = await ModelPackage.OpenAsync(path, cancellationToken: cancellationToken);
        using var key = KeyFile.ReadSigning(file, _passphrase.Of(result, file));
        var output = result.GetValue(_output);
        await package.SaveSignedAsync(output ?? path, key, overwrite: output is null, cancellationToken);
        Console.WriteLine($"{output ?? path} is signed by {KeyFingerprint.Of(key)}");
        return ExitCode.Success;
    }
}
