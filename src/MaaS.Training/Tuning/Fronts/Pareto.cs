namespace MaaS.Training.Tuning.Fronts;

/// <summary>Points of several objectives, all of which are to be low.</summary>
public static class Pareto
{
    /// <summary>Whether a point is as good as another in everything and better in something.</summary>
    public static bool Dominates(IReadOnlyList<double> point, IReadOnlyList<double> other)
    {
        ArgumentNullException.ThrowIfNull(point);
        ArgumentNullException.ThrowIfNull(other);
        var better = false;
        for (var i = 0; i < point.Count; i++)
        {
            if (point[i] > other[i])
            {
                return false;
            }

            better |= point[i] < other[i];
        }

        return better;
    }

    /// <summary>The rank of each point: 0 for those that no other dominates, 1 for those that are so without rank 0,
    /// and so on.</summary>
    /// <remarks>The non-dominated sorting of NSGA-II (Deb et al. 2002).</remarks>
    public static IReadOnlyList<int> Ranks(IReadOnlyList<IReadOnlyList<double>> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var ranks = Enumerable.Repeat(-1, points.Count).ToArray();
        for (var (rank, left) = (0, points.Count); left > 0; rank++)
        {
            int[] open = [.. Enumerable.Range(0, points.Count).Where(i => ranks[i] < 0)];
            int[] front = [.. open.Where(i => !open.Any(j => Dominates(points[j], points[i])))];
            foreach (var i in front)
            {
                ranks[i] = rank;
            }

            left -= front.Length;
        }

        return ranks;
    }
}
