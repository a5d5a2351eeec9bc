using System.IO.Compression;
using System.Security.Cryptography;
using MaaS.Core.Trust;
using MaaS.Primitives.Files;

namespace MaaS.Core.Packages;

/// <summary>Writes packages whole or not at all: a temporary file or folder beside the target, then a rename.</summary>
internal static class PackageWriter
{
    public const string Extension = ".maas";

    /// <param name="path">A file or a folder, by its ending.</param>
    /// <param name="overwrite">Whether a package there is replaced.</param>
    /// <param name="fill">Writes the files.</param>
    /// <param name="recipients">Of an encrypted file; null for a plain one.</param>
    public static async Task WriteAsync(
        string path, bool overwrite, Func<IPackageSink, Task> fill, IReadOnlyList<ECDiffieHellman>? recipients = null)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        ThrowIfTaken(path, overwrite);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            if (IsArchive(path))
            {
                await WriteFileAsync(temporary, fill, recipients).ConfigureAwait(false);
                File.Move(temporary, path, overwrite);
            }
            else
            {
                Directory.CreateDirectory(temporary);
                await fill(new FolderSink(temporary)).ConfigureAwait(false);
                Replace(path, temporary, overwrite);
            }
        }
        finally
        {
            Delete(temporary);
        }
    }

    /// <summary>Finds out before long work whether <see cref="WriteAsync"/> could write a package.</summary>
    public static void EnsureWritable(string path, bool overwrite)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        ThrowIfTaken(path, overwrite);

        // A folder is filled beside its place, as a file is.
        AtomicFile.EnsureWritable(IsArchive(path) ? path : $"{path}.tmp");
    }

    private static bool IsArchive(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    private static void ThrowIfTaken(string path, bool overwrite)
    {
        if (!overwrite && Path.Exists(path))
        {
            throw new IOException($"{path}: expected no package there yet, found one; pass Overwrite to replace it.");
        }

        if (!IsArchive(path) && File.Exists(path))
        {
            throw new IOException(
                $"{path}: expected a folder or nothing, got a file; a package that is a file ends in {Extension}.");
        }

        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()
            && !File.Exists(Path.Combine(path, PackagePath.Manifest)) && !PackageStore.IsSealed(path))
        {
            throw new IOException(
                $"{path}: expected a package to replace, found a folder that is no model package; its files would be "
                    + "lost.");
        }
    }

    private static async Task WriteFileAsync(
        string temporary, Func<IPackageSink, Task> fill, IReadOnlyList<ECDiffieHellman>? recipients)
    {
        var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        await using (stream.ConfigureAwait(false))
        {
            if (recipients is null)
            {
                await WriteZipAsync(stream, fill).ConfigureAwait(false);
            }
            else
            {
                using var sealing = new SealingStream(stream, recipients);
                await WriteZipAsync(sealing, fill).ConfigureAwait(false);
                sealing.Complete();
            }

            stream.Flush(flushToDisk: true);
        }
    }

    private static async Task WriteZipAsync(Stream stream, Func<IPackageSink, Task> fill)
    {
        var archive = await ZipArchive.CreateAsync(
            stream, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            await fill(new ZipSink(archive)).ConfigureAwait(false);
        }
    }

    private static void Replace(string path, string temporary, bool overwrite)
    {
        if (!overwrite && Directory.Exists(path))
        {
            throw new IOException($"{path}: expected no package there yet, found one; pass Overwrite to replace it.");
        }

        var old = $"{path}.{Guid.NewGuid():N}.old.tmp";
        var replaces = Directory.Exists(path);
        if (replaces)
        {
            Directory.Move(path, old);
        }

        try
        {
            Directory.Move(temporary, path);
        }
        catch when (replaces)
        {
            Directory.Move(old, path);
            throw;
        }

        Delete(old);
    }

    private static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }
}
