using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Core.Packages;
using MaaS.Core.Registry;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry import</c>.</summary>
internal sealed class ImportVerb : RegistryVerb
{
    private readonly Argument<DirectoryInfo> _folder = new("folder")
    {
        Description = "A folder of NAME/VERSION packages, as a server's model folder is.",
    };

    public ImportVerb()
        : base("import", "Adds every version of a folder registry; its labels become aliases.",
            ("maas registry import models/", "Numbers are counted anew; the tag 'imported' keeps the old ones."))
    {
        Arguments.Add(_folder);
        Common.AddTo(this, changes: true);
    }

    protected override async Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
    {
        var folder = result.GetRequiredValue(_folder);
        if (!folder.Exists)
        {
            throw new UsageException($"folder: expected a folder of models, found none at '{folder.FullName}'.");
        }

        var registry = new ModelRegistry(folder.FullName);
        List<string> added = [];
        foreach (var model in registry.List().SelectMany(registry.Versions))
        {
            using var package = await ModelPackage.OpenAsync(model.Location, cancellationToken: cancellationToken);
            var version = await store.AddAsync(
                package,
                new NewVersion
                {
                    Name = model.Name,
                    Aliases = [.. model.Labels.Where(static l => l != ModelReference.Production)],
                    Tags = new Dictionary<string, string> { ["imported"] = $"{model.Name}/{model.Version}" },
                    Change = Common.Change(result),
                },
                cancellationToken);
            if (model.Labels.Contains(ModelReference.Production))
            {
                await store.PromoteAsync(
                    new ModelReference(model.Name, version.Version), ModelStage.Production, Common.Change(result),
                    cancellationToken);
            }

            added.Add(version.ToString());
        }

        Common.Print(result, added, static a => a.Count == 0 ? "no version there" : string.Join('\n', a));
    }
}
