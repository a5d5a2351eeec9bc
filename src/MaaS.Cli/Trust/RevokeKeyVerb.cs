using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Core.Trust;

namespace MaaS.Cli.Trust;

/// <summary><c>maas signing-keys revoke</c>.</summary>
internal sealed class RevokeKeyVerb : VerbCommand
{
    private readonly Argument<string> _key = new("key") { Description = "A name of the folder, or any fingerprint." };
    private readonly Option<string> _folder = KeyPairCommand.Folder();
    private readonly Option<string?> _reason = new("--reason")
    {
        Description = "Why, for people.",
        HelpName = "text",
    };

    public RevokeKeyVerb()
        : base("revoke", "Takes a signing key back: servers that read this folder's revoked.json load nothing of it.")
    {
        Arguments.Add(_key);
        Options.Add(_folder);
        Options.Add(_reason);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples
        => [("maas signing-keys revoke ann --reason \"laptop stolen\"", "Written to keys/revoked.json.")];

    protected override Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var ring = new KeyRing(result.GetRequiredValue(_folder));
        var revoked = ring.Revoke(result.GetRequiredValue(_key), result.GetValue(_reason));
        Console.WriteLine($"{revoked.Fingerprint} is revoked in {ring.RevocationFile}");
        return Task.FromResult(ExitCode.Success);
    }
}
