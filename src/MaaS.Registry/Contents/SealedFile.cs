using MaaS.Core.Packages;

namespace MaaS.Registry.Contents;

/// <summary>An encrypted package out of the contents, as a file that can be read from any place.</summary>
internal static class SealedFile
{
    /// <summary>Copies it, still encrypted, to a file that only this account may read and that is gone when it is
    /// closed.</summary>
    /// <exception cref="InvalidDataException">It was changed.</exception>
    public static async Task<FileStream> CopyAsync(
        IContentStore contents, PackageFileEntry entry, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 1 << 16,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(Path.Combine(Path.GetTempPath(), $"maas-{Guid.NewGuid():N}"), options);
        try
        {
            await contents.CopyAsync(entry, file, cancellationToken).ConfigureAwait(false);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
