namespace MaaS.Training.Tuning.Fronts;

/// <summary>The volume between points, all of whose objectives are to be low, and a reference point that is worse than
/// all of them.</summary>
public static class Hypervolume
{
    /// <summary>The volume that the points dominate.</summary>
    /// <param name="points">Those beyond the reference count nothing.</param>
    /// <param name="reference">One value an objective.</param>
    /// <remarks>By slices of the last objective (Zitzler 2001); meant for the few dozen points of a front.</remarks>
    public static double Of(IReadOnlyList<IReadOnlyList<double>> points, IReadOnlyList<double> reference)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(reference);
        return Volume(
            [.. points.Where(p => p.Zip(reference, static (a, b) => a < b).All(static inside => inside))], reference,
            reference.Count);
    }

    /// <summary>What each point adds to the volume of the others.</summary>
    public static IReadOnlyList<double> Contributions(
        IReadOnlyList<IReadOnlyList<double>> points, IReadOnlyList<double> reference)
    {
        var all = Of(points, reference);
        return [.. points.Select((_, i) => all - Of([.. points.Where((_, j) => j != i)], reference))];
    }

    /// <summary>Chooses some points so that their volume is large, one after the other the one that adds
    /// most.</summary>
    /// <returns>Their indices.</returns>
    /// <remarks>At least 1 - 1/e of the best choice (Guerreiro, Fonseca and Paquete 2016).</remarks>
    public static IReadOnlyList<int> Choose(
        IReadOnlyList<IReadOnlyList<double>> points, int count, IReadOnlyList<double> reference)
    {
        ArgumentNullException.ThrowIfNull(points);
        List<int> chosen = [];
        while (chosen.Count < Math.Min(count, points.Count))
        {
            chosen.Add(Enumerable.Range(0, points.Count).Except(chosen)
                .MaxBy(i => Of([.. chosen.Append(i).Select(j => points[j])], reference)));
        }

        return chosen;
    }

    /// <summary>A reference point a tenth beyond the worst value of each objective.</summary>
    public static IReadOnlyList<double> Reference(IReadOnlyList<IReadOnlyList<double>> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        return [.. Enumerable.Range(0, points[0].Count).Select(i => points.Max(p => p[i]))
            .Select(static worst => worst > 0 ? 1.1 * worst : worst < 0 ? 0.9 * worst : 0.1)];
    }

    private static double Volume(IReadOnlyList<double>[] points, IReadOnlyList<double> reference, int dimensions)
    {
        if (points.Length == 0)
        {
            return 0;
        }

        var last = dimensions - 1;
        if (dimensions == 1)
        {
            return reference[0] - points.Min(static p => p[0]);
        }

        var sorted = points.OrderBy(p => p[last]).ToArray();
        var volume = 0.0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var depth = (i + 1 < sorted.Length ? sorted[i + 1][last] : reference[last]) - sorted[i][last];
            if (depth > 0)
            {
                volume += depth * Volume(sorted[..(i + 1)], reference, last);
            }
        }

        return volume;
    }
}
