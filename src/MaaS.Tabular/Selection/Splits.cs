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
    /// <param name="seed">Seed of the order of groups with equally many rows.</param>
    /// <exception cref="ArgumentException">There are fewer groups than folds, or a row has none.</exception>
    public static IReadOnlyList<Split> Grouped(Column groups, int folds, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var byGroup = Shuffled(groups, seed);
        Check(byGroup.Length, folds, "groups");
        var (parts, sizes) = (new int[groups.Count], new int[folds]);
        foreach (var group in byGroup.OrderByDescending(static g => g.Length))
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

    /// <summary>One split that holds whole groups back, drawn until their rows come nearest to a share.</summary>
    /// <param name="groups">The group of each row; no cell may be missing.</param>
    /// <param name="share">Above 0 and below 1.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <exception cref="ArgumentException">There is one group alone, or a row has none.</exception>
    public static Split HoldOutGroups(Column groups, double share, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(groups);
        CheckShare(share);
        var drawn = Shuffled(groups, seed);
        if (drawn.Length < 2)
        {
            throw new ArgumentException(
                $"hold-out: expected two groups or more in '{groups.Name}', got {drawn.Length}.", nameof(groups));
        }

        var (test, wanted) = (new List<int>(), share * groups.Count);
        foreach (var group in drawn)
        {
            var more = test.Count + group.Length;
            if (more < groups.Count && Math.Abs(more - wanted) < Math.Abs(test.Count - wanted))
            {
                test.AddRange(group);
            }
        }

        // Where every group has more than twice the share, the smallest comes nearest to it.
        var held = (test.Count > 0 ? test : [.. drawn.MinBy(static g => g.Length)!]).ToHashSet();
        return new Split(
            [.. Enumerable.Range(0, groups.Count).Where(r => !held.Contains(r))], [.. held.Order()]);
    }

    /// <summary>Rows in order of time: each test part follows all rows that are learned from.</summary>
    /// <param name="rows">Number of rows, the earliest first, each with a time of its own; at least folds + 1.</param>
    /// <param name="folds">2 or more.</param>
    /// <exception cref="ArgumentException">There are too few rows.</exception>
    public static IReadOnlyList<Split> TimeOrdered(int rows, int folds)
        => TimeOrdered([.. Enumerable.Range(0, rows).Select(static row => (double)row)], folds);

    /// <summary>As <see cref="TimeOrdered(int, int)"/>; rows of one time are all on one side: where rows of one time
    /// would be parted, the later part begins with the next time.</summary>
    /// <param name="times">The time of each row, the earliest first.</param>
    /// <param name="folds">2 or more.</param>
    /// <exception cref="ArgumentException">There are too few rows or times.</exception>
    public static IReadOnlyList<Split> TimeOrdered(IReadOnlyList<double> times, int folds)
    {
        ArgumentNullException.ThrowIfNull(times);
        Check(times.Count, folds + 1, "rows");
        var size = times.Count / (folds + 1);
        int[] cuts =
            [.. Enumerable.Range(0, folds + 1).Select(i => NextChange(times, times.Count - (folds - i) * size))];
        return Enumerable.Range(0, folds).Any(i => cuts[i] == cuts[i + 1])
            ? throw new ArgumentException(
                $"folds: expected fewer than {folds}, because so many rows have the same time that a part would be "
                    + "empty.", nameof(folds))
            : [
                .. Enumerable.Range(0, folds).Select(i => new Split(
                    [.. Enumerable.Range(0, cuts[i])], [.. Enumerable.Range(cuts[i], cuts[i + 1] - cuts[i])])),
            ];
    }

    /// <summary>One split that holds the latest rows back; rows of one time are all on one side.</summary>
    /// <param name="times">The time of each row, the earliest first.</param>
    /// <param name="share">Above 0 and below 1; less is held back where a time would be parted, or all rows of the last
    /// time where they are more.</param>
    /// <exception cref="ArgumentException">Every row has the same time.</exception>
    public static Split HoldOutLatest(IReadOnlyList<double> times, double share)
    {
        ArgumentNullException.ThrowIfNull(times);
        CheckShare(share);
        var cut = NextChange(times, Math.Max(1, times.Count - Math.Max(1, (int)Math.Round(share * times.Count))));
        if (cut >= times.Count)
        {
            cut = Enumerable.Range(0, times.Count).FirstOrDefault(row => times[row] == times[^1]);
        }

        return cut > 0
            ? new Split([.. Enumerable.Range(0, cut)], [.. Enumerable.Range(cut, times.Count - cut)])
            : throw new ArgumentException(
                $"hold-out: expected two different times or more, got {times.Count} rows of one.", nameof(times));
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
        CheckShare(share);
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

    // The rows of each group; the groups in an order by the seed.
    private static int[][] Shuffled(Column groups, int seed)
    {
        int[][] byGroup =
        [
            .. Enumerable.Range(0, groups.Count)
                .GroupBy(row => groups.Text(row) ?? throw new ArgumentException(
                    $"row {row + 1}, column '{groups.Name}': expected a group, got a missing cell.", nameof(groups)),
                        StringComparer.Ordinal)
                .OrderBy(static g => g.Key, StringComparer.Ordinal).Select(static g => g.ToArray()),
        ];
        new Random(seed).Shuffle(byGroup);
        return byGroup;
    }

    // The first row from one on that has another time than the row before it.
    private static int NextChange(IReadOnlyList<double> times, int row)
    {
        while (row < times.Count && times[row] == times[row - 1])
        {
            row++;
        }

        return row;
    }

    private static void CheckShare(double share)
    {
        if (!(share is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "Expected a share above 0 and below 1.");
        }
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
