using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Core.Packages;
using MaaS.Core.Trust;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry add</c>.</summary>
internal sealed class AddVerb : RegistryVerb
{
    private readonly Argument<FileSystemInfo> _package = new("package") { Description = "A .maas file or a folder." };
    private readonly Option<string?> _name = new("--name")
    {
        Description = "Name of the model; the package's without it.",
        HelpName = "name",
    };
    private readonly Option<string?> _description = new("--description")
    {
        Description = "A sentence for people.",
        HelpName = "text",
    };
    private readonly Option<FileInfo?> _card = new("--card")
    {
        Description = "A model card (Markdown) instead of the sentence.",
        HelpName = "file",
    };
    private readonly Option<string[]> _aliases = OptionKinds.Several(
        "--alias", "Points to the new version; may be given several times.", "name");
    private readonly Option<string[]> _tags = OptionKinds.Several(
        "--tag", "NAME=VALUE; may be given several times.", "tag");

    private readonly Option<string?> _key = new("--key")
    {
        Description = "The private key that opens an encrypted package, which is kept as it is.",
        HelpName = "file",
    };
    private readonly PassphraseOptions _passphrase = new();

    public AddVerb()
        : base("add", "Adds a package as the next version of its model.",
            ("maas registry add digits.maas --alias champion --reason \"first try\"",
                "Version 1 of digits, found as digits@champion."))
    {
        Arguments.Add(_package);
        new Option[] { _name, _description, _card, _aliases, _tags, _key }.AddTo(this);
        _passphrase.AddTo(this);
        Common.AddTo(this, changes: true);
    }

    protected override async Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
    {
        using var key = result.GetValue(_key) is { } file
            ? KeyFile.ReadDecryption(file, _passphrase.Of(result, file)) : null;
        using var package = await ModelPackage.OpenAsync(
            result.GetRequiredValue(_package).FullName,
            new PackageReadOptions { DecryptionKeys = key is null ? [] : [key] }, cancellationToken);
        var version = await store.AddAsync(
            package,
            new NewVersion
            {
                Name = result.GetValue(_name),
                Description = result.GetValue(_card) is { } card
                    ? await File.ReadAllTextAsync(card.FullName, cancellationToken) : result.GetValue(_description),
                Aliases = result.GetRequiredValue(_aliases),
                Tags = result.GetRequiredValue(_tags).Select(RegistryOptions.Pair).ToDictionary(StringComparer.Ordinal),
                Change = Common.Change(result),
            },
            cancellationToken);
        Common.Print(result, version, static v => v.ToString());
    }
}
