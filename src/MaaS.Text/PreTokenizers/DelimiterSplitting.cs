using MaaS.Text.Components;


namespace MaaS.Text.PreTokenizers;

/// <summary>Cuts at delimiters.</summary>
internal static class DelimiterSplitting
{
    /// <summary>Reads a <c>behavior</c>.</summary>
    public static SplitBehavior ReadBehavior(this ComponentJson json, SplitBehavior? fallback = null) =>
        fallback is { } value && json.Member("behavior").IsNull ? value
            : Enum.TryParse<SplitBehavior>(json.String("behavior"), out var behavior) ? behavior
            : throw json.Member("behavior").Fault($"one of {string.Join(", ", Enum.GetNames<SplitBehavior>())}");

    /// <summary>Cuts a word at its delimiters.</summary>
    /// <param name="delimiters">In order, without overlap; relative to the word.</param>
    /// <param name="invert">Whether what lies between delimiters takes their part, and they take its.</param>
    public static void AddParts(
        this WordList words, int start, int end, IEnumerable<(int Start, int End)> delimiters, SplitBehavior behavior,
        bool invert = false)
    {
        List<Piece> pieces = [];
        var done = start;
        foreach (var (from, to) in delimiters)
        {
            if (start + from > done)
            {
                pieces.Add(new(done, start + from, invert));
            }

            pieces.Add(new(start + from, done = start + to, !invert));
        }

        if (done < end)
        {
            pieces.Add(new(done, end, invert));
        }

        for (var i = 0; i < pieces.Count;)
        {
            var next = i + 1;
            while (next < pieces.Count && Joins(pieces, next, behavior))
            {
                next++;
            }

            if (behavior != SplitBehavior.Removed || !pieces[i].IsDelimiter)
            {
                words.Add(pieces[i].Start, pieces[next - 1].End);
            }

            i = next;
        }
    }

    // Whether a piece goes on with the word of the one before it. Of a run of delimiters only the one next to the text
    // joins it.
    private static bool Joins(List<Piece> pieces, int index, SplitBehavior behavior)
    {
        var (before, piece) = (pieces[index - 1].IsDelimiter, pieces[index].IsDelimiter);
        return behavior switch
        {
            SplitBehavior.Contiguous => before == piece,
            SplitBehavior.MergedWithPrevious => piece && !before,
            SplitBehavior.MergedWithNext => before && !piece,
            _ => false,
        };
    }

    private readonly record struct Piece(int Start, int End, bool IsDelimiter);
}
