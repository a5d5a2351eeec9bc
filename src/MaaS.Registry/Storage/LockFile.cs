namespace MaaS.Registry.Storage;

/// <summary>A lock between processes that see one file system; the system takes it from a process that is
/// killed.</summary>
internal sealed class LockFile : IContentLock, IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private readonly FileStream _file;

    private LockFile(FileStream file) => _file = file;

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">Of the file, which is made with its folder.</param>
    /// <param name="alone">Whether nobody else may hold it; else others may too that do not ask to be alone.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">Another process held it for ten minutes.</exception>
    public static async Task<LockFile> TakeAsync(string path, bool alone, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var started = Environment.TickCount64;
        while (true)
        {
            try
            {
                return new LockFile(new FileStream(
                    path, FileMode.OpenOrCreate, alone ? FileAccess.ReadWrite : FileAccess.Read,
                    alone ? FileShare.None : FileShare.Read, bufferSize: 1));
            }
            catch (IOException e) when (e is not DirectoryNotFoundException)
            {
                if (Environment.TickCount64 - started > Timeout.TotalMilliseconds)
                {
                    throw new IOException(
                        $"{path}: expected the lock within {Timeout.TotalMinutes} minutes; another process holds it.",
                        e);
                }

                await Task.Delay(Retry, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // The system keeps it as long as the file is open.
    public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _file.Dispose();

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
