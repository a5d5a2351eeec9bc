using MaaS.Core.Packages;

namespace MaaS.Registry.Contents;

/// <summary>Takes the files of a package into the contents.</summary>
internal sealed class ContentSink(IContentStore contents, CancellationToken cancellationToken) : IPackageSink
{
    private readonly Dictionary<string, PackageFileEntry> _files = new(StringComparer.Ordinal);

    /// <summary>Hash and size by path, manifest and signature among them.</summary>
    public IReadOnlyDictionary<string, PackageFileEntry> Files => _files;

    public async Task AddAsync(string path, Func<Stream, Task> write)
        => _files[path] = await contents.AddAsync(write, cancellationToken).ConfigureAwait(false);
}
