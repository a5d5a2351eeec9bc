namespace MaaS.Training.Data;

/// <summary>Positions of two disjoint parts, each in ascending order.</summary>
internal static class SplitIndices
{
    public static (long[] First, long[] Second) Random(long count, double fraction, int seed)
        => Stratified(new long[count], fraction, seed);

    public static (long[] First, long[] Second) Stratified(IReadOnlyList<long> labels, double fraction, int seed)
    {
        if (!(fraction > 0 && fraction < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(fraction), fraction, "Split: expected a fraction above 0 and below 1.");
        }

        var random = new SeededRandom(seed, stream: 0);
        List<long> first = [], second = [];
        foreach (var group in Enumerable.Range(0, labels.Count).GroupBy(i => labels[i]).OrderBy(static g => g.Key))
        {
            var positions = group.Select(static i => (long)i).ToArray();
            random.Shuffle(positions);
            var held = (int)Math.Round(positions.Length * fraction, MidpointRounding.AwayFromZero);
            second.AddRange(positions[..held]);
            first.AddRange(positions[held..]);
        }

        if (first.Count == 0 || second.Count == 0)
        {
            throw new ArgumentException(
                $"Split: expected two parts with samples, got {first.Count} and {second.Count} of {labels.Count} at "
                    + $"{fraction}.",
                nameof(fraction));
        }

        first.Sort();
        second.Sort();
        return ([.. first], [.. second]);
    }

    // Groups stay whole; each counts for the class of its first member. A group that is larger than the room that is
    // left is not held back, and of every class something is left to learn from.
    public static (int[] First, int[] Second) Grouped(
        IReadOnlyList<int> labels, IReadOnlyList<int> groups, double fraction, int seed)
    {
        if (!(fraction > 0 && fraction < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(fraction), fraction, "Split: expected a fraction above 0 and below 1.");
        }

        var random = new SeededRandom(seed, stream: 0);
        List<int> first = [], second = [];
        var members = Enumerable.Range(0, labels.Count).GroupBy(i => groups[i]).ToArray();
        foreach (var ofClass in members.GroupBy(g => labels[g.First()]).OrderBy(static c => c.Key))
        {
            var order = Enumerable.Range(0, ofClass.Count()).Select(static i => (long)i).ToArray();
            random.Shuffle(order);
            var shuffled = ofClass.Select(static g => g.ToArray()).ToArray();
            var count = shuffled.Sum(static g => g.Length);
            var room = Math.Min((int)Math.Round(count * fraction, MidpointRounding.AwayFromZero), count - 1);
            foreach (var position in order)
            {
                var group = shuffled[position];
                var held = group.Length <= room;
                (held ? second : first).AddRange(group);
                room -= held ? group.Length : 0;
            }
        }

        if (first.Count == 0 || second.Count == 0)
        {
            throw new ArgumentException(
                $"Split: expected two parts with samples, got {first.Count} and {second.Count} of {labels.Count} at "
                    + $"{fraction}.", nameof(fraction));
        }

        first.Sort();
        second.Sort();
        return ([.. first], [.. second]);
    }
}
