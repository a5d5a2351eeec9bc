using System.IO.Compression;

namespace MaaS.Core.Packages;

/// <summary>Writes packages whole or not at all: a temporary file or folder beside the target, then a rename.</summary>
internal static class PackageWriter
{
    public const string Extension = ".maas";

    public static async Task WriteAsync(string path, bool overwrite, Func<IPackageSink, Task> fill)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!overwrite && Path.Exists(path))
        {
            throw new IOException($"{path}: expected no package there yet, found one; pass Overwrite to replace it.");
        }

        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()
            && !File.Exists(Path.Combine(path, PackagePath.Manifest)))
        {
            throw new IOException(
                $"{path}: expected a package to replace, found a folder that is no model package; its files would be "
                    + "lost.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            if (path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            {
                await WriteZipAsync(temporary, fill).ConfigureAwait(false);
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

    private static async Task WriteZipAsync(string temporary, Func<IPackageSink, Task> fill)
    {
        var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        await using (stream.ConfigureAwait(false))
        {
            var archive = await ZipArchive.CreateAsync(
                stream, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null).ConfigureAwait(false);
            await using (archive.ConfigureAwait(false))
            {
                await fill(new ZipSink(archive)).ConfigureAwait(false);
            }

            stream.Flush(flushToDisk: true);
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
