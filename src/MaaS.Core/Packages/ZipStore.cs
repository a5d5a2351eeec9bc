using System.IO.Compression;

namespace MaaS.Core.Packages;

/// <summary>A package as one <c>.maas</c> file, a zip archive.</summary>
internal sealed class ZipStore : IPackageStore
{
    private const int UnixTypeMask = 0xF000;
    private const int UnixRegularFile = 0x8000;

    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _byPath = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="path">The file, for messages.</param>
    /// <param name="archive">Its zip archive; owned from here on.</param>
    /// <param name="options">Limits.</param>
    /// <param name="isEncrypted">Whether the archive is that of an encrypted file.</param>
    public ZipStore(string path, Stream archive, PackageReadOptions options, bool isEncrypted)
    {
        IsEncrypted = isEncrypted;
        try
        {
            _archive = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: false);
            var entries = new PackageEntries(path, options);
            foreach (var entry in _archive.Entries)
            {
                var unixType = (entry.ExternalAttributes >> 16) & UnixTypeMask;
                entries.Add(entry.FullName, entry.Length, isLink: unixType is not (0 or UnixRegularFile));
                _byPath.Add(entry.FullName, entry);
            }

            Files = entries.Files;
        }
        catch (Exception e)
        {
            archive.Dispose();
            if (e is InvalidDataException && _archive is null)
            {
                throw new InvalidDataException(
                    $"{path}: expected a .maas file (a zip archive) or a package folder: {e.Message}", e);
            }

            throw;
        }
    }

    public bool IsEncrypted { get; }

    public IReadOnlyDictionary<string, long> Files { get; }

    public Stream Open(string file) => _byPath[file].Open();

    public void Dispose() => _archive.Dispose();
}
