namespace MaaS.Core.Packages;

/// <summary>A package as a folder.</summary>
internal sealed class FolderStore : IPackageStore
{
    private readonly string _root;

    public FolderStore(string root, PackageReadOptions options)
    {
        _root = Path.GetFullPath(root);
        var entries = new PackageEntries(root, options);
        Collect(new DirectoryInfo(_root), "", entries);
        Files = entries.Files;
    }

    public IReadOnlyDictionary<string, long> Files { get; }

    public Stream Open(string file)
        => new FileStream(
            Path.Combine(_root, file), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);

    public string? PathOf(string file) => Path.Combine(_root, file);

    public void Dispose()
    {
    }

    private static void Collect(DirectoryInfo folder, string prefix, PackageEntries entries)
    {
        foreach (var info in folder.EnumerateFileSystemInfos())
        {
            var link = info.Attributes.HasFlag(FileAttributes.ReparsePoint);
            if (info is DirectoryInfo child && !link)
            {
                Collect(child, $"{prefix}{info.Name}/", entries);
            }
            else
            {
                entries.Add(prefix + info.Name, (info as FileInfo)?.Length ?? 0, link);
            }
        }
    }
}
