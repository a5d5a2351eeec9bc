using System.CommandLine;
using MaaS.Core.Trust;

namespace MaaS.Cli.Trust;

/// <summary><c>maas signing-keys</c> and <c>maas encryption-keys</c>: key pairs of one kind in a folder.</summary>
internal sealed class KeyPairCommand : Command
{
    private KeyPairCommand(string name, string description, KeyKind kind)
        : base(name, description)
    {
        Subcommands.Add(new CreateKeyVerb(kind, name));
        Subcommands.Add(new ListKeysVerb(kind, name));
        if (kind == KeyKind.Signing)
        {
            Subcommands.Add(new RevokeKeyVerb());
        }
    }

    public static KeyPairCommand Signing()
        => new(
            "signing-keys", "Makes, lists and revokes the key pairs that sign packages (maas sign, maas verify).",
            KeyKind.Signing);

    public static KeyPairCommand Encryption()
        => new(
            "encryption-keys", "Makes and lists the key pairs that packages are encrypted to (maas encrypt).",
            KeyKind.Encryption);

    internal static Option<string> Folder() => new("--folder")
    {
        Description = "The folder of key pairs.",
        HelpName = "folder",
        DefaultValueFactory = _ => "keys",
    };

    internal static Option<bool> Json() => new("--json") { Description = "Print JSON." };
}
