using System.IO.Compression;

namespace MaaS.Core.Packages;

/// <summary>Writes a <c>.maas</c> file. Entries carry a fixed time, so that the same files give the same
/// archive.</summary>
internal sealed class ZipSink(ZipArchive archive) : IPackageSink
{
    private static readonly DateTimeOffset ZipEpoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public async Task AddAsync(string path, Func<Stream, Task> write)
    {
        // Weights hardly shrink; the fastest level still removes runs of zeros, as pruning leaves them.
        var entry = archive.CreateEntry(path, CompressionLevel.Fastest);
        entry.LastWriteTime = ZipEpoch;
        var stream = await entry.OpenAsync().ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await write(stream).ConfigureAwait(false);
        }
    }
}
