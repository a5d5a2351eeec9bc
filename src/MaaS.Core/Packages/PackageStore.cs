using MaaS.Core.Trust;

namespace MaaS.Core.Packages;

/// <summary>Finds out how the files of a package lie.</summary>
internal static class PackageStore
{
    /// <summary>Opens a folder, an archive, or an encrypted archive, whose every byte is checked first.</summary>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">It is none of them, or no decryption key opens it.</exception>
    public static IPackageStore Open(string path, PackageReadOptions options)
        => Directory.Exists(path)
            ? IsSealed(path)
                ? OpenFile(Path.Combine(path, PackagePath.Sealed), options) : new FolderStore(path, options)
            : File.Exists(path) ? OpenFile(path, options)
            : throw new FileNotFoundException(
                $"ModelPackage.Open: expected a package folder or .maas file, found nothing at '{path}'.", path);

    /// <summary>Whether a folder holds an encrypted package as one file.</summary>
    public static bool IsSealed(string folder)
        => File.Exists(Path.Combine(folder, PackagePath.Sealed)) && !File.Exists(Path.Combine(
            folder, PackagePath.Manifest));

    /// <summary>Opens a file, which is owned from here on.</summary>
    /// <exception cref="InvalidDataException">It is no package, or no decryption key opens it.</exception>
    public static ZipStore OpenFile(string path, FileStream file, PackageReadOptions options)
    {
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

    private static ZipStore OpenFile(string path, PackageReadOptions options)
        => OpenFile(path, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read), options);
}
