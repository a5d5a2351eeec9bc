namespace MaaS.Serving.Catalogue;

/// <summary>A folder of the server's account alone for one package that is being published. A lock in it is held as
/// long as its process lives: one whose lock is free was left by a process that was killed.</summary>
internal sealed class UploadFolder : IDisposable
{
    private const string Prefix = "maas-publish-", PackageName = "package.maas", LockName = "lock";

    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _path;
    private readonly FileStream _lock;

    /// <param name="parent">Where it is made; null for the system's temporary folder.</param>
    /// <exception cref="IOException">It cannot be made, as on a full disk.</exception>
    /// <exception cref="UnauthorizedAccessException">The server may not write there.</exception>
    public UploadFolder(string? parent)
    {
        _path = Make(parent);
        try
        {
            _lock = Open(FileMode.CreateNew, _path);
            try
            {
                // Only a lock that is held has a byte: nobody looks at one before.
                _lock.WriteByte(0);
                _lock.Flush();
            }
            catch
            {
                _lock.Dispose();
                throw;
            }
        }
        catch
        {
            Directory.Delete(_path);
            throw;
        }
    }

    /// <summary>Where the package goes.</summary>
    public string Package => Path.Combine(_path, PackageName);

    /// <summary>Deletes what killed processes of the server's account left.</summary>
    /// <param name="parent">As for a new one.</param>
    public static void RemoveLeft(string? parent)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent ?? Path.GetTempPath(), $"{Prefix}*").ToList())
        {
            try
            {
                var held = new FileInfo(Path.Combine(folder, LockName));
                if (!IsOwn(folder) || !held.Exists || held.Length == 0)
                {
                    continue;
                }

                using (Open(FileMode.Open, folder))
                {
                    File.Delete(Path.Combine(folder, PackageName));
                }

                Directory.Delete(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its process lives, has just deleted it, or is another account's.
            }
        }
    }

    public void Dispose()
    {
        File.Delete(Package);
        _lock.Dispose();
        Directory.Delete(_path);
    }

    private static string Make(string? parent)
    {
        if (parent is null)
        {
            return Directory.CreateTempSubdirectory(Prefix).FullName;
        }

        var path = Path.Combine(parent, $"{Prefix}{Guid.NewGuid():N}");
        return (OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, Own))
            .FullName;
    }

    // The system's temporary folder is everybody's.
    private static bool IsOwn(string folder)
        => !File.GetAttributes(folder).HasFlag(FileAttributes.ReparsePoint)
            && (OperatingSystem.IsWindows() || File.GetUnixFileMode(folder) == Own);

    private static FileStream Open(FileMode mode, string folder)
        => new(
            Path.Combine(folder, LockName), mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 1,
            FileOptions.DeleteOnClose);
}
