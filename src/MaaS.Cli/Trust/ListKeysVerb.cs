using System.CommandLine;
using System.Globalization;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Core.Trust;
using MaaS.Primitives.Display;

namespace MaaS.Cli.Trust;

/// <summary><c>maas signing-keys list</c> and <c>maas encryption-keys list</c>.</summary>
internal sealed class ListKeysVerb : VerbCommand
{
    private readonly KeyKind _kind;
    private readonly string _command;
    private readonly Option<string> _folder = KeyPairCommand.Folder();
    private readonly Option<bool> _json = KeyPairCommand.Json();

    public ListKeysVerb(KeyKind kind, string command)
        : base("list", "Shows every key pair of a folder.")
    {
        (_kind, _command) = (kind, command);
        Options.Add(_folder);
        Options.Add(_json);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples
        => [($"maas {_command} list", "Names and fingerprints.")];

    protected override Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var keys = new KeyRing(result.GetRequiredValue(_folder)).List(_kind);
        TrustOutput.Print(
            result.GetValue(_json), keys,
            static all => all.Count == 0 ? "no keys" : TextTable.Render(
                [
                    ["name", "fingerprint", "private half", "revoked"],
                    .. all.Select(static k => new[]
                    {
                        k.Name, k.Fingerprint, k.PrivateFile is null ? "" : "here",
                        k.Revoked is { } r ? string.Create(
                            CultureInfo.InvariantCulture, $"{r.When:yyyy-MM-dd} {r.Reason}").TrimEnd() : "",
                    }),
                ], 2));
        return Task.FromResult(ExitCode.Success);
    }
}
