using MaaS.Tabular.Samples;
using MathNet.Numerics;

namespace MaaS.Tabular.Selection.Selectors;

/// <summary>Mutual information of features and the target, in nats.</summary>
/// <remarks>Kraskov, Stögbauer and Grassberger 2004 for two numbers; Ross 2014 for a number and classes; as
/// scikit-learn has them. A feature of 0 and 1 alone is taken for classes. Numbers are scaled to variance 1 and get the
/// noise that scikit-learn gives them for the same seed, of 1e-10 of their size, so that equal ones have
/// neighbours.</remarks>
internal static class MutualInformation
{
    private const double Noise = 1e-10, LeastDeviation = 10 * 2.220446049250313e-16;

    /// <summary>Estimates it of each feature.</summary>
    /// <param name="features">(rows, features).</param>
    /// <param name="target">One a row.</param>
    /// <param name="neighbors">1 or more.</param>
    /// <param name="seed">Of the noise.</param>
    /// <param name="cancellationToken">Checked before each feature.</param>
    public static double[] Estimate(
        Matrix features, Target target, int neighbors, int seed, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 1);
        double[][] columns = [.. Enumerable.Range(0, features.Columns).Select(features.Column)];
        var isDiscrete = Array.ConvertAll(columns, static c => c.All(static v => v is 0 or 1));
        double[][] numbers = [.. columns.Where((_, f) => !isDiscrete[f])];
        var normals = new LegacyNormals(unchecked((uint)seed));
        Prepare(numbers, normals);
        var y = target.Values.ToArray();
        if (target.Task == TabularTask.Regression)
        {
            Prepare([y], normals);
        }

        return
        [
            .. columns.Select((column, f) =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                return (isDiscrete[f], target.Task) switch
                {
                    (true, TabularTask.Classification) => OfClasses(column, y),
                    (true, _) => OfNumberAndClasses(y, column, neighbors),
                    (false, TabularTask.Classification) => OfNumberAndClasses(column, y, neighbors),
                    _ => OfNumbers(column, y, neighbors),
                };
            }),
        ];
    }

    // Scales columns, then adds noise to them in place, drawn row by row.
    private static void Prepare(double[][] columns, LegacyNormals normals)
    {
        var sizes = Array.ConvertAll(columns, static column =>
        {
            var mean = column.Average();
            var deviation = Math.Sqrt(column.Average(v => (v - mean) * (v - mean)));
            for (var row = 0; deviation >= LeastDeviation && row < column.Length; row++)
            {
                column[row] /= deviation;
            }

            return Noise * Math.Max(1, column.Average(Math.Abs));
        });
        for (var row = 0; columns.Length > 0 && row < columns[0].Length; row++)
        {
            for (var c = 0; c < columns.Length; c++)
            {
                columns[c][row] += sizes[c] * normals.Next();
            }
        }
    }

    private static double OfClasses(double[] x, double[] y)
    {
        double n = x.Length;
        var (ofX, ofY) = (x.CountBy(static v => v).ToDictionary(), y.CountBy(static v => v).ToDictionary());
        return Math.Max(0, x.Zip(y).CountBy(static p => p)
            .Sum(p => p.Value / n * Math.Log(p.Value * n / ofX[p.Key.First] / ofY[p.Key.Second])));
    }

    private static double OfNumberAndClasses(double[] numbers, double[] classes, int neighbors)
    {
        List<double> radii = [], points = [];
        double ofNeighbors = 0, ofCounts = 0;
        foreach (var group in Enumerable.Range(0, numbers.Length).GroupBy(i => classes[i]))
        {
            double[] own = [.. group.Select(i => numbers[i]).Order()];
            if (own.Length < 2)
            {
                continue;    // A class of one row says nothing.
            }

            var k = Math.Min(neighbors, own.Length - 1);
            for (var i = 0; i < own.Length; i++)
            {
                radii.Add(Math.BitDecrement(Distance(own, i, k)));
                points.Add(own[i]);
            }

            ofNeighbors += own.Length * SpecialFunctions.DiGamma(k);
            ofCounts += own.Length * SpecialFunctions.DiGamma(own.Length);
        }

        double[] sorted = [.. points.Order()];
        var within = points.Select((x, i) => SpecialFunctions.DiGamma(Within(sorted, x, radii[i]))).Sum();
        double n = points.Count;
        return n == 0 ? 0
            : Math.Max(0, SpecialFunctions.DiGamma(n) + (ofNeighbors - ofCounts - within) / n);
    }

    private static double OfNumbers(double[] x, double[] y, int neighbors)
    {
        if (x.Length <= neighbors)
        {
            throw new ArgumentException(
                $"mutual information: expected more than {neighbors} rows, got {x.Length}.", nameof(x));
        }

        double[] sortedX = [.. x.Order()], sortedY = [.. y.Order()];
        int[] order = [.. Enumerable.Range(0, x.Length).OrderBy(i => x[i])];
        var sum = 0d;
        for (var at = 0; at < order.Length; at++)
        {
            var i = order[at];
            var radius = Math.BitDecrement(Nearest(x, y, order, at, neighbors));
            sum += SpecialFunctions.DiGamma(Within(sortedX, x[i], radius))
                + SpecialFunctions.DiGamma(Within(sortedY, y[i], radius));
        }

        return Math.Max(
            0, SpecialFunctions.DiGamma(x.Length) + SpecialFunctions.DiGamma(neighbors) - sum / x.Length);
    }

    // The largest of the two distances to the k-th nearest point: outwards in x until x alone is farther.
    private static double Nearest(double[] x, double[] y, int[] order, int at, int k)
    {
        Span<double> nearest = stackalloc double[k];
        nearest.Fill(double.PositiveInfinity);
        var i = order[at];
        for (int low = at - 1, high = at + 1; ;)
        {
            var below = low >= 0 ? x[i] - x[order[low]] : double.PositiveInfinity;
            var above = high < order.Length ? x[order[high]] - x[i] : double.PositiveInfinity;
            var next = Math.Min(below, above);
            if (next >= nearest[^1])
            {
                return nearest[^1];
            }

            var other = below <= above ? order[low--] : order[high++];
            var distance = Math.Max(next, Math.Abs(y[i] - y[other]));
            for (var place = k - 1; place >= 0 && distance < nearest[place]; place--)
            {
                if (place < k - 1)
                {
                    nearest[place + 1] = nearest[place];
                }

                nearest[place] = distance;
            }
        }
    }

    // The distance to the k-th nearest of sorted values.
    private static double Distance(double[] sorted, int at, int k)
    {
        var (low, high, distance) = (at - 1, at + 1, 0d);
        for (var found = 0; found < k; found++)
        {
            var below = low >= 0 ? sorted[at] - sorted[low] : double.PositiveInfinity;
            var above = high < sorted.Length ? sorted[high] - sorted[at] : double.PositiveInfinity;
            distance = Math.Min(below, above);
            (low, high) = below <= above ? (low - 1, high) : (low, high + 1);
        }

        return distance;
    }

    // How many of sorted values are at most so far away, the value itself included.
    private static int Within(double[] sorted, double x, double radius)
    {
        int First(Predicate<double> holds)
        {
            int low = 0, high = sorted.Length;
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = holds(sorted[middle]) ? (low, middle) : (middle + 1, high);
            }

            return low;
        }

        return First(v => v > x && v - x > radius) - First(v => v >= x || x - v <= radius);
    }
}
