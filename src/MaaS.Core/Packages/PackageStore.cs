using MaaS.Core.Trust;

namespace MaaS.Core.Packages;

/// <summary>Finds out how the files of a package lie.</summary>
internal static class PackageStore
{
    /// <summary>Opens a folder, an archive, or an encrypted archive, whose every byte is checked first.</summary>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">It is none of them, or no decryption key opens it.</exception>
    public static IPackageStore Open(string path, PackageReadOptions options)
        => Directory.Exists(path) ? new FolderStore(path, options)
            : File.Exists(path) ? OpenFile(path, options)
            : throw new FileNotFoundException(
                $"ModelPackage.Open: expected a package folder or .maas file, found nothing at '{path}'.", path);

    private static ZipStore OpenFile(string path, PackageReadOptions options)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            Span<byte> start = stackalloc byte[SealedHeader.Magic.Length];
            var read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            file.Position = 0;
            if (start[..read].SequenceEqual(SealedHeader.Magic))
            {
                return new ZipStore(
                    path, new UnsealingStream(file, options.DecryptionKeys), options, isEncrypted: true);
            }

            return start[..read].StartsWith("PK"u8) ? new ZipStore(path, file, options, isEncrypted: false)
                : throw new InvalidDataException(
                    "expected a .maas file (a zip archive, plain or encrypted) or a package folder, got other bytes");
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            file.Dispose();
            throw new InvalidDataException($"{path}: {e.Message}.", e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
