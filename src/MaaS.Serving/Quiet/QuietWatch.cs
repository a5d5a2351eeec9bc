namespace MaaS.Serving.Quiet;

/// <summary>Says at each look whether it has been quiet since the last, and memory is to be given back.</summary>
/// <remarks>
/// Twice after each busy time, that of loading among them: by the second look the web server's own pool of buffers has
/// shrunk.
/// </remarks>
/// <param name="uses">How often large memory was taken so far.</param>
internal sealed class QuietWatch(long uses)
{
    private const int Times = 2;

    private long _seen = uses;
    private int _released;

    /// <summary>Whether memory is to be given back now.</summary>
    /// <param name="uses">How often large memory was taken so far.</param>
    public bool IsDue(long uses)
    {
        var isQuiet = uses == _seen;
        _seen = uses;
        _released = isQuiet ? _released : 0;
        return isQuiet && _released < Times;
    }

    /// <summary>Memory was given back, which may itself have taken large memory.</summary>
    /// <param name="uses">How often large memory was taken so far.</param>
    public void Released(long uses)
    {
        _seen = uses;
        _released++;
    }
}
