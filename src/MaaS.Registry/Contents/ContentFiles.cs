using MaaS.Core.Packages;

namespace MaaS.Registry.Contents;

/// <summary>A version's files where they lie: a package without a folder or archive of its own.</summary>
internal sealed class ContentFiles(IContentStore contents, IReadOnlyDictionary<string, PackageFileEntry> files)
    : IPackageStore
{
    public IReadOnlyDictionary<string, long> Files { get; } =
        files.ToDictionary(static f => f.Key, static f => f.Value.Size, StringComparer.Ordinal);

    public Stream Open(string file) => contents.Open(files[file].Sha256);

    public void Dispose()
    {
    }
}
