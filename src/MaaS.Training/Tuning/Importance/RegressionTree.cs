namespace MaaS.Training.Tuning.Importance;

/// <summary>A regression tree over the unit cube as its leaves: boxes with a value each.</summary>
internal sealed class RegressionTree
{
    private const int SmallestLeaf = 2, DrawnThresholds = 8;

    private readonly List<(double[] Low, double[] High, double Value)> _leaves = [];

    /// <summary>Grows a tree on rows drawn with replacement; thresholds are the best of some that are drawn (Geurts et
    /// al. 2006).</summary>
    /// <param name="points">(rows, dimensions), each from 0 to 1.</param>
    /// <param name="values">One a row.</param>
    /// <param name="random">Draws.</param>
    public static RegressionTree Grow(double[][] points, double[] values, Random random)
    {
        var tree = new RegressionTree();
        int[] rows = [.. points.Select(_ => random.Next(points.Length))];
        var dimensions = points[0].Length;
        tree.Split(points, values, rows, new double[dimensions], [.. Enumerable.Repeat(1.0, dimensions)], random);
        return tree;
    }

    /// <summary>The variance of the tree over the cube, and that of each dimension's main effect.</summary>
    public (double Total, double[] Effects) Effects()
    {
        double mean = 0, square = 0;
        foreach (var (low, high, value) in _leaves)
        {
            var volume = Volume(low, high, without: -1);
            mean += volume * value;
            square += volume * value * value;
        }

        double[] effects = [.. Enumerable.Range(0, _leaves[0].Low.Length).Select(d => Effect(d, mean))];
        return (square - (mean * mean), effects);
    }

    // The mean over all other dimensions is constant between the ends of leaves.
    private double Effect(int dimension, double mean)
    {
        double[] ends = [.. _leaves.Select(l => l.Low[dimension]).Append(1).Distinct().Order()];
        var variance = 0.0;
        for (var i = 0; i + 1 < ends.Length; i++)
        {
            var middle = (ends[i] + ends[i + 1]) / 2;
            var marginal = _leaves
                .Where(l => l.Low[dimension] < middle && middle < l.High[dimension])
                .Sum(l => l.Value * Volume(l.Low, l.High, dimension));
            variance += (ends[i + 1] - ends[i]) * (marginal - mean) * (marginal - mean);
        }

        return variance;
    }

    private static double Volume(double[] low, double[] high, int without)
    {
        var volume = 1.0;
        for (var d = 0; d < low.Length; d++)
        {
            volume *= d == without ? 1 : high[d] - low[d];
        }

        return volume;
    }

    private void Split(
        double[][] points, double[] values, int[] rows, double[] low, double[] high, Random random)
    {
        var best = (Dimension: -1, Threshold: 0.0, Left: Array.Empty<int>(), Right: Array.Empty<int>());
        var least = Spread(values, rows) * (1 - 1e-9);
        for (var d = 0; d < low.Length && least > 0; d++)
        {
            double[] seen = [.. rows.Select(r => points[r][d]).Distinct().Order()];
            for (var i = 0; i < DrawnThresholds && seen.Length > 1; i++)
            {
                var gap = random.Next(seen.Length - 1);
                var threshold = seen[gap] + (random.NextDouble() * (seen[gap + 1] - seen[gap]));
                int[] left = [.. rows.Where(r => points[r][d] <= threshold)];
                int[] right = [.. rows.Where(r => points[r][d] > threshold)];
                var spread = left.Length < SmallestLeaf || right.Length < SmallestLeaf
                    ? double.PositiveInfinity : Spread(values, left) + Spread(values, right);
                if (spread < least)
                {
                    (least, best) = (spread, (d, threshold, left, right));
                }
            }
        }

        if (best.Dimension < 0)
        {
            _leaves.Add((low, high, rows.Average(r => values[r])));
            return;
        }

        double[] middleHigh = [.. high], middleLow = [.. low];
        middleHigh[best.Dimension] = middleLow[best.Dimension] = best.Threshold;
        Split(points, values, best.Left, low, middleHigh, random);
        Split(points, values, best.Right, middleLow, high, random);
    }

    // The sum of squares around the mean.
    private static double Spread(double[] values, int[] rows)
    {
        var mean = rows.Average(r => values[r]);
        return rows.Sum(r => (values[r] - mean) * (values[r] - mean));
    }
}
