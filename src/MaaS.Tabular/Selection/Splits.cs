using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Selection;

/// <summary>Makes splits for cross-validation.</summary>
public static class Splits
{
    /// <summary>Each row is in one test part; rows are shuffled.</summary>
    /// <param name="rows">Number of rows, at least one a fold.</param>
    /// <param name="folds">2 or more.</param>
    /// <param name="seed">Seed of the shuffle.</param>
    /// <exception cref="ArgumentException">A fold would be empty.</exception>
    public static IReadOnlyList<Split> KFold(int rows, int folds, int seed = 1)
    {
        Check(rows, folds, "rows");
        var order = Shuffled(rows, seed);
        var parts = new int[rows];
        for (var i = 0; i < rows; i++)
        {
            parts[order[i]] = (int)((long)i * folds / rows);
        }

        return FromParts(parts, folds);
    }

    /// <summary>As <see cref="KFold"/>, with the same share of every class in each part. Numbers are split
    /// as they are by <see cref="KFold"/>.</summary>
    /// <param name="target">Classes; each with at least one row a fold.</param>
    /// <param name="folds">2 or more.</param>
    /// <param name="seed">Seed of the shuffle.</param>
    /// <exception cref="ArgumentException">A class has fewer rows than there are folds; it is named.</exception>
    public static IReadOnlyList<Split> Stratified(Target target, int folds, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.Task == TabularTask.Regression)
        {
            return KFold(target.Count, folds, seed);
        }

        var (parts, next) = (new int[target.Count], 0);
        var order = Shuffled(target.Count, seed);
        for (var c = 0; c < target.Classes.Count; c++)
        {
            int[] rows = [.. order.Where(r => target.Values[r] == c)];
            if (rows.Length > 0)
            {
                Check(rows.Length, folds, $"rows of class '{target.Classes[c]}'");
            }

            // Going on where the last class ended keeps the parts of equal size.
            foreach (var row in rows)
            {
                parts[row] = next++ % folds;
            }
        }

        return FromParts(parts, folds);
    }

    /// <summary>Rows of one group (a patient, a customer) are all in one part; parts are as equal as groups
    /// allow.</summary>
    /// <param name="groups">The group of each row; no cell may be missing.</param>
    /// <param name="folds">2 or more, at most the number of groups.</param>
    /// <exception cref="ArgumentException">There are fewer groups than folds, or a row has none.</exception>
    public static IReadOnlyList<Split> Grouped(Column groups, int folds)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var byGroup = Enumerable.Range(0, groups.Count)
            .GroupBy(row => groups.Text(row) ?? throw new ArgumentException(
                $"row {row + 1}, column '{groups.Name}': expected a group, got a missing cell.", nameof(groups)),
                    StringComparer.Ordinal)
            .OrderByDescending(static g => g.Count()).ThenBy(static g => g.Key, StringComparer.Ordinal).ToList();
        Check(byGroup.Count, folds, "groups");
        var (parts, sizes) = (new int[groups.Count], new int[folds]);
        foreach (var group in byGroup)
        {
            var smallest = Array.IndexOf(sizes, sizes.Min());
            foreach (var row in group)
            {
                parts[row] = smallest;
                sizes[smallest]++;
            }
        }

        return FromParts(parts, folds);
    }

    /// <summary>Rows in order of time: each test part follows all rows that are learned from.</summary>
    /// <param name="rows">Number of rows, the earliest first; at least folds + 1.</param>
    /// <param name="folds">2 or more.</param>
    public static IReadOnlyList<Split> TimeOrdered(int rows, int folds)
    {
        Check(rows, folds + 1, "rows");
        var size = rows / (folds + 1);
        return [
            .. Enumerable.Range(0, folds).Select(i => rows - (folds - i) * size).Select(start => new Split(
                [.. Enumerable.Range(0, start)], [.. Enumerable.Range(start, size)])),
        ];
    }

    /// <summary>Stratified splits several times, each time with another seed.</summary>
    /// <param name="target">Classes or numbers.</param>
    /// <param name="folds">2 or more.</param>
    /// <param name="repeats">1 or more.</param>
    /// <param name="seed">The first seed.</param>
    public static IReadOnlyList<Split> Repeated(Target target, int folds, int repeats, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        return [.. Enumerable.Range(0, repeats).SelectMany(i => Stratified(target, folds, seed + i))];
    }

    /// <summary>One split that holds a share of the rows back, of every class alike; a class's only row is learned
    /// from.</summary>
    /// <param name="target">Classes or numbers.</param>
    /// <param name="share">Above 0 and below 1.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <exception cref="ArgumentException">One of the parts would be empty.</exception>
    public static Split HoldOut(Target target, double share, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!(share is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "Expected a share above 0 and below 1.");
        }

        var order = Shuffled(target.Count, seed);
        List<int> test = [];
        foreach (var rows in order.GroupBy(r => target.Task == TabularTask.Classification ? target.Values[r] : 0))
        {
            int[] all = [.. rows];
            var count = (int)Math.Round(share * all.Length);
            if (target.Task == TabularTask.Classification)
            {
                count = all.Length < 2 ? 0 : Math.Clamp(count, 1, all.Length - 1);
            }

            test.AddRange(all[..count]);
        }

        var held = test.ToHashSet();
        return held.Count > 0 && held.Count < target.Count
            ? new Split([.. Enumerable.Range(0, target.Count).Where(r => !held.Contains(r))], [.. test.Order()])
            : throw new ArgumentException(
                $"hold-out: expected rows in both parts, got {held.Count} of {target.Count} held back.", nameof(share));
    }

    private static int[] Shuffled(int rows, int seed)
    {
        int[] order = [.. Enumerable.Range(0, rows)];
        new Random(seed).Shuffle(order);
        return order;
    }

    private static void Check(int count, int folds, string what)
    {
        if (folds < 2 || count < folds)
        {
            throw new ArgumentException(
                $"folds: expected 2 to {count} for {count} {what}, got {folds}.", nameof(folds));
        }
    }

    private static List<Split> FromParts(int[] parts, int folds) =>
    [
        .. Enumerable.Range(0, folds).Select(fold => new Split(
            [.. Enumerable.Range(0, parts.Length).Where(r => parts[r] != fold)],
            [.. Enumerable.Range(0, parts.Length).Where(r => parts[r] == fold)])),
    ];
}
