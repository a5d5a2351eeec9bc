namespace MaaS.Core.Generation.Grammars.Patterns;

/// <summary>A set of code points: ranges in order that neither meet nor overlap. Equal by content.</summary>
internal sealed class CharSet : IEquatable<CharSet>
{
    private const int Last = 0x10FFFF;

    // 0 while it was not asked for.
    private int _hash;

    private CharSet(IReadOnlyList<(int Low, int High)> ranges) => Ranges = ranges;

    public IReadOnlyList<(int Low, int High)> Ranges { get; }

    /// <summary>Every character that a JSON string can hold: all but halves of surrogate pairs.</summary>
    public static CharSet All { get; } = new([(0, 0xD7FF), (0xE000, Last)]);

    /// <summary>The character, where there is exactly one.</summary>
    public int? Only => Ranges is [var (low, high)] && low == high ? low : null;

    public static CharSet Of(params (int Low, int High)[] ranges)
    {
        List<(int Low, int High)> merged = [];
        foreach (var (low, high) in ranges.Where(static r => r.Low <= r.High).OrderBy(static r => r.Low))
        {
            if (merged.Count > 0 && low <= merged[^1].High + 1)
            {
                merged[^1] = (merged[^1].Low, Math.Max(merged[^1].High, high));
            }
            else
            {
                merged.Add((low, high));
            }
        }

        return new(merged);
    }

    public static CharSet Of(int character) => Of((character, character));

    public CharSet Except(CharSet other)
    {
        List<(int Low, int High)> left = [];
        foreach (var (low, high) in Ranges)
        {
            var from = low;
            foreach (var (start, end) in other.Ranges)
            {
                if (end < from || start > high)
                {
                    continue;
                }

                if (start > from)
                {
                    left.Add((from, start - 1));
                }

                from = end + 1;
            }

            if (from <= high)
            {
                left.Add((from, high));
            }
        }

        return new(left);
    }

    public bool Equals(CharSet? other) => ReferenceEquals(this, other)
        || (other is not null && GetHashCode() == other.GetHashCode() && Ranges.SequenceEqual(other.Ranges));

    public override bool Equals(object? obj) => Equals(obj as CharSet);

    public override int GetHashCode() => _hash != 0 ? _hash
        : _hash = Ranges.Aggregate(Ranges.Count, static (hash, r) => HashCode.Combine(hash, r.Low, r.High));
}
