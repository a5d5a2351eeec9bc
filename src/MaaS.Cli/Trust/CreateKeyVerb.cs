using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Core.Trust;

namespace MaaS.Cli.Trust;

/// <summary><c>maas signing-keys create</c> and <c>maas encryption-keys create</c>.</summary>
internal sealed class CreateKeyVerb : VerbCommand
{
    private readonly KeyKind _kind;
    private readonly string _command;
    private readonly Argument<string> _name = new("name") { Description = "Whose key it is: A-Z a-z 0-9 _ -." };
    private readonly Option<string> _folder = KeyPairCommand.Folder();
    private readonly Option<bool> _json = KeyPairCommand.Json();
    private readonly PassphraseOptions _passphrase = new();

    public CreateKeyVerb(KeyKind kind, string command)
        : base("create", "Makes a key pair on P-256; the private half is stored under a passphrase.")
    {
        (_kind, _command) = (kind, command);
        Arguments.Add(_name);
        Options.Add(_folder);
        _passphrase.AddTo(this);
        Options.Add(_json);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
        [($"maas {_command} create ann", $"keys/ann.{(_kind == KeyKind.Signing ? "signing" : "encryption")}.key, "
            + "which stays here, and .pub, which others get.")];

    protected override Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var name = result.GetRequiredValue(_name);
        var key = OptionKinds.Checked(
            () => new KeyRing(result.GetRequiredValue(_folder)).Create(name, _kind, _passphrase.New(result)));
        TrustOutput.Print(
            result.GetValue(_json), key, static k => $"{k.PrivateFile}\n{k.PublicFile}\nfingerprint {k.Fingerprint}");
        return Task.FromResult(ExitCode.Success);
    }
}
