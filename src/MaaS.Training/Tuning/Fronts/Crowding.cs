namespace MaaS.Training.Tuning.Fronts;

/// <summary>How far the neighbours of each point lie along a front.</summary>
public static class Crowding
{
    /// <summary>The crowding distance of each point: the sum over the objectives of the distance between its two
    /// neighbours, relative to the front's range; infinite for the points at an end.</summary>
    /// <param name="points">Points of one front, one value an objective.</param>
    /// <remarks>Deb, Pratap, Agarwal and Meyarivan 2002, section III-B.</remarks>
    public static IReadOnlyList<double> Distances(IReadOnlyList<IReadOnlyList<double>> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var distances = new double[points.Count];
        for (var objective = 0; points.Count > 0 && objective < points[0].Count; objective++)
        {
            int[] order = [.. Enumerable.Range(0, points.Count).OrderBy(i => points[i][objective])];
            var range = points[order[^1]][objective] - points[order[0]][objective];
            if (range == 0)
            {
                continue;    // Points that are equal in it have no neighbours.
            }

            distances[order[0]] = distances[order[^1]] = double.PositiveInfinity;
            for (var at = 1; at < order.Length - 1; at++)
            {
                distances[order[at]] +=
                    (points[order[at + 1]][objective] - points[order[at - 1]][objective]) / range;
            }
        }

        return distances;
    }
}
