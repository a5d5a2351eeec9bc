namespace MaaS.Core.Packages;

/// <summary>Writes a package folder.</summary>
internal sealed class FolderSink(string root) : IPackageSink
{
    public async Task AddAsync(string path, Func<Stream, Task> write)
    {
        var full = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var stream = new FileStream(
            full, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
        await using (stream.ConfigureAwait(false))
        {
            await write(stream).ConfigureAwait(false);
            stream.Flush(flushToDisk: true);
        }
    }
}
