namespace MaaS.Core.Registry;

/// <summary>
/// A folder in which a version is put together before it appears, <c>name/.*.incoming</c>. A lock beside it is held as
/// long as its process lives: what lies there without one was left by a process that was killed.
/// </summary>
internal sealed class IncomingVersion : IDisposable
{
    private const string Extension = ".incoming", LockExtension = ".lock";

    private readonly FileStream _lock;

    /// <summary>Takes a new name in a model's folder; the folder itself is made by who fills it.</summary>
    public IncomingVersion(string model)
    {
        Path = System.IO.Path.Combine(model, $".{Guid.NewGuid():N}{Extension}");
        _lock = Open(Path + LockExtension, FileMode.CreateNew);
    }

    public string Path { get; }

    /// <summary>Deletes what killed processes left in a model's folder, which the caller has locked.</summary>
    public static void RemoveStale(string model)
    {
        foreach (var folder in Directory.EnumerateDirectories(model, $".*{Extension}").ToList())
        {
            if (TryTake(folder + LockExtension, out var taken))
            {
                using (taken)
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        }
    }

    /// <summary>Removes the folder, unless it became a version.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }

        _lock.Dispose();
    }

    private static bool TryTake(string path, out FileStream? taken)
    {
        try
        {
            taken = Open(path, FileMode.OpenOrCreate);
            return true;
        }
        catch (IOException)
        {
            // Another process holds it: its registration is under way.
            taken = null;
            return false;
        }
    }

    private static FileStream Open(string path, FileMode mode)
        => new(path, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
}
