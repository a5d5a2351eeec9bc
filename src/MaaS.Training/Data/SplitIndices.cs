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
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "Split: expected a fraction above 0 and below 1.");
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
                $"Split: expected two parts with samples, got {first.Count} and {second.Count} of {labels.Count} at {fraction}.",
                nameof(fraction));
        }

        first.Sort();
        second.Sort();
        return ([.. first], [.. second]);
    }
}
