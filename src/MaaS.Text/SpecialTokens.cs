namespace MaaS.Text;

/// <summary>Where a text may have special tokens.</summary>
/// <param name="Allowed">Whether it may have any.</param>
/// <param name="Breaks">Places, ascending, across which none goes; null for none.</param>
internal readonly record struct SpecialTokens(bool Allowed, IReadOnlyList<int>? Breaks)
{
    public SpecialTokens(EncodeOptions options)
        : this(options.SpecialTokensInText, options.SpecialTokenBreaks)
    {
    }

    /// <summary>Whether a special token may stand in a range of the text.</summary>
    /// <param name="start">Its first character.</param>
    /// <param name="end">Behind its last.</param>
    public bool MayStand(int start, int end)
    {
        if (!Allowed || Breaks is not { Count: > 0 } breaks)
        {
            return Allowed;
        }

        var (low, high) = (0, breaks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = breaks[middle] <= start ? (middle + 1, high) : (low, middle);
        }

        return low == breaks.Count || breaks[low] >= end;
    }
}
