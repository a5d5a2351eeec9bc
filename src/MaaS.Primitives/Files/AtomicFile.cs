namespace MaaS.Primitives.Files;

/// <summary>Writes a file whole or not at all: a temporary file beside it, flushed to the disk, then renamed.</summary>
public static class AtomicFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">Replaced when it exists; its folder is created.</param>
    /// <param name="write">Writes the content; when it throws, nothing is left behind and an existing file
    /// stays.</param>
    /// <exception cref="IOException">The file cannot be written, as on a full disk.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var target = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(
                temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Finds out before long work whether <see cref="Write"/> could write a file: makes its folder, and a file
    /// beside it that is deleted again.</summary>
    /// <param name="path">The file that is to be written later; it is neither created nor changed.</param>
    /// <exception cref="IOException">The file could not be written there; the message names the path and the
    /// reason.</exception>
    public static void EnsureWritable(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var target = Path.GetFullPath(path);
        if (Directory.Exists(target))
        {
            throw new IOException($"{target}: expected a file or nothing, got a folder.");
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            new FileStream(
                $"{target}.{Guid.NewGuid():N}.tmp", FileMode.CreateNew, FileAccess.Write, FileShare.None, 1,
                FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{target}: expected a place that can be written, got: {error.Message}", error);
        }
    }

    /// <summary>Writes a text in UTF-8.</summary>
    /// <param name="path">Replaced when it exists; its folder is created.</param>
    /// <param name="text">The content.</param>
    /// <exception cref="IOException">The file cannot be written, as on a full disk.</exception>
    public static void WriteText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
    }
}
