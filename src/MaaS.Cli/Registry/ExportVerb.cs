using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry export</c>.</summary>
internal sealed class ExportVerb : RegistryVerb
{
    private readonly Argument<string> _model = ReferenceArgument();
    private readonly Option<FileSystemInfo> _output = new("--output", "-o")
    {
        Description = "FILE.maas or a folder.",
        HelpName = "path",
        Required = true,
    };

    public ExportVerb()
        : base(
            "export", "Writes a version as a package.",
            ("maas registry export digits@production -o digits.maas", "The file that serves."))
    {
        Arguments.Add(_model);
        Options.Add(_output);
        Common.AddTo(this, changes: false, prints: false);
    }

    protected override async Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
    {
        var version = await store.GetAsync(
            RegistryOptions.Reference(result.GetRequiredValue(_model)), cancellationToken);
        if (version.IsEncrypted)
        {
            await ExportSealedAsync(store, version, result.GetRequiredValue(_output).FullName, cancellationToken);
            return;
        }

        using var package = await store.OpenPackageAsync(version, cancellationToken: cancellationToken);
        await package.SaveAsync(result.GetRequiredValue(_output).FullName, cancellationToken: cancellationToken);
    }

    // As it is: no key is needed, and no plain byte is written.
    private static async Task ExportSealedAsync(
        ModelStore store, ModelVersion version, string path, CancellationToken cancellationToken)
    {
        if (!path.EndsWith(".maas", StringComparison.OrdinalIgnoreCase) || Path.Exists(path))
        {
            throw new UsageException(
                $"--output: expected a new file that ends in .maas for the encrypted {version}, got '{path}'.");
        }

        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
            await using (target)
            {
                await store.CopyFileAsync(version, version.Files.Keys.Single(), target, cancellationToken);
                target.Flush(flushToDisk: true);
            }

            File.Move(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
