namespace MaaS.Core.Generation;

/// <summary>Lets text through up to the stop text that is whole first, and holds back what may be the beginning of
/// one. Where tokens begin and end makes no difference.</summary>
/// <param name="stopTexts">Each of at least one character; none lets everything through.</param>
internal sealed class StopTextFilter(IReadOnlyList<string> stopTexts)
{
    private string _held = "";

    /// <summary>Whether a stop text came: nothing is let through any more.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Adds text and gives what is certain now.</summary>
    /// <param name="text">What follows the text before.</param>
    /// <param name="last">Whether nothing follows, so that nothing has to be held back.</param>
    public string Add(string text, bool last)
    {
        if (stopTexts.Count == 0 || IsStopped)
        {
            return IsStopped ? "" : text;
        }

        _held += text;
        var (_, begin) = stopTexts.Select(s => (s.Length, Begin: _held.IndexOf(s, StringComparison.Ordinal)))
            .Where(static s => s.Begin >= 0).Select(static s => (End: s.Begin + s.Length, s.Begin))
            .DefaultIfEmpty((0, -1)).Min();
        IsStopped = begin >= 0;
        var certain = IsStopped ? begin : last ? _held.Length : _held.Length - stopTexts.Max(Beginning);
        var through = _held[..certain];
        _held = IsStopped ? "" : _held[certain..];
        return through;
    }

    // Length of the longest end of the held text that a stop text begins with.
    private int Beginning(string stop)
    {
        var length = Math.Min(stop.Length - 1, _held.Length);
        while (length > 0 && !_held.EndsWith(stop[..length], StringComparison.Ordinal))
        {
            length--;
        }

        return length;
    }
}
