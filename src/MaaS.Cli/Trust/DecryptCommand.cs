using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Core.Packages;
using MaaS.Core.Trust;

namespace MaaS.Cli.Trust;

/// <summary><c>maas decrypt</c>.</summary>
internal sealed class DecryptCommand : VerbCommand
{
    private readonly Argument<string> _package = new("package") { Description = "An encrypted .maas file." };
    private readonly Option<string> _key = new("--key")
    {
        Description = "The private key that opens it (maas encryption-keys create).",
        HelpName = "file",
        Required = true,
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The plain package: a .maas file or a folder; it must not be there yet.",
        HelpName = "path",
        Required = true,
    };

    private readonly PassphraseOptions _passphrase = new();

    public DecryptCommand()
        : base("decrypt", "Writes an encrypted package as a plain one.")
    {
        Arguments.Add(_package);
        Options.Add(_key);
        Options.Add(_output);
        _passphrase.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples
        => [("maas decrypt sealed.maas --key keys/server.encryption.key -o digits.maas", "The same package, plain.")];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var file = result.GetRequiredValue(_key);
        using var key = KeyFile.ReadDecryption(file, _passphrase.Of(result, file));
        using var package = await ModelPackage.OpenAsync(
            result.GetRequiredValue(_package), new PackageReadOptions { DecryptionKeys = [key] }, cancellationToken);
        if (!package.IsEncrypted)
        {
            throw new UsageException($"decrypt: expected an encrypted package, got the plain {package.Location}.");
        }

        await package.SaveAsync(result.GetRequiredValue(_output), cancellationToken: cancellationToken);
        Console.WriteLine(result.GetRequiredValue(_output));
        return ExitCode.Success;
    }
}
