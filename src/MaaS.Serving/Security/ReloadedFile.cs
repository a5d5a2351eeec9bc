namespace MaaS.Serving.Security;

/// <summary>
/// What a file holds; a change is taken over within a second, and one that cannot be read leaves what was there.
/// </summary>
internal sealed class ReloadedFile<T>
    where T : class
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly Func<string, T> _read;
    private readonly TimeProvider _time;
    private readonly Action<T> _onReloaded;
    private readonly Action<Exception> _onUnreadable;
    private readonly Lock _reload = new();
    private volatile T _content;
    private DateTime _fileTime;
    private long _looked;

    /// <param name="path">The file.</param>
    /// <param name="read">Reads it whole.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onReloaded">Told of every content after the first.</param>
    /// <param name="onUnreadable">Told why a changed file could not be taken over.</param>
    public ReloadedFile(
        string path, Func<string, T> read, TimeProvider time, Action<T> onReloaded, Action<Exception> onUnreadable)
    {
        _path = path;
        _read = read;
        _time = time;
        _onReloaded = onReloaded;
        _onUnreadable = onUnreadable;
        _looked = time.GetTimestamp();
        _fileTime = File.GetLastWriteTimeUtc(path);
        _content = read(path);
    }

    /// <summary>The latest content; never more than a second behind the file.</summary>
    public T Current
    {
        get
        {
            if (_time.GetElapsedTime(Volatile.Read(ref _looked)) >= LookEvery && _reload.TryEnter())
            {
                try
                {
                    Look();
                }
                finally
                {
                    _reload.Exit();
                }
            }

            return _content;
        }
    }

    private void Look()
    {
        Volatile.Write(ref _looked, _time.GetTimestamp());
        try
        {
            var fileTime = File.GetLastWriteTimeUtc(_path);
            if (fileTime != _fileTime)
            {
                _content = _read(_path);
                _fileTime = fileTime;
                _onReloaded(_content);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            _onUnreadable(e);
        }
    }
}
