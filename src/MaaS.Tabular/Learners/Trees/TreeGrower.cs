using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners.Trees;

/// <summary>Grows one tree by the largest fall of Gini impurity or of squared error.</summary>
/// <remarks>Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984; random thresholds: Geurts,
/// Ernst and Wehenkel, Machine Learning 63, 2006. Both criteria fall most where Σₖ sₖ² / w, summed over the two sides,
/// is largest: s the weighted sum of the class's indicator, or of the number.</remarks>
internal sealed class TreeGrower
{
    private readonly Matrix _features;
    private readonly Target _target;
    private readonly double[] _weights;
    private readonly TreeOptions _options;
    private readonly Random _random;
    private readonly int _outputs;
    private readonly int _tried;
    private readonly double _center;
    private readonly int[] _rows;
    private readonly int[] _order;
    private readonly double[] _keys;
    private readonly int[] _sorted;
    private readonly double[] _left;
    private readonly double[] _total;
    private readonly TreeEnsemble _tree;

    private TreeGrower(Matrix features, Target target, double[] weights, TreeOptions options, int seed)
    {
        (_features, _target, _weights, _options) = (features, target, weights, options);
        _random = new Random(seed);
        _outputs = target.Outputs;
        var share = options.FeatureShare
            ?? (target.Task == TabularTask.Regression ? 1 / 3d : Math.Sqrt(features.Columns) / features.Columns);
        _tried = Math.Max(1, (int)(share * features.Columns + 1e-9));
        _rows = [.. Enumerable.Range(0, features.Rows).Where(r => weights[r] > 0)];
        _order = [.. Enumerable.Range(0, features.Columns)];
        (_keys, _sorted) = (new double[_rows.Length], new int[_rows.Length]);
        (_left, _total) = (new double[_outputs], new double[_outputs]);
        // Sums of squares lose digits far from zero.
        _center = target.Task == TabularTask.Regression ? target.Values.Average() : 0;
        _tree = new TreeEnsemble(_outputs, new double[_outputs]);
    }

    /// <summary>Grows a tree.</summary>
    /// <param name="features">(rows, features), finite.</param>
    /// <param name="target">One a row.</param>
    /// <param name="weights">Rows of weight 0 are not seen.</param>
    /// <param name="options">How it grows.</param>
    /// <param name="seed">Seed of this tree.</param>
    public static TreeEnsemble Grow(Matrix features, Target target, double[] weights, TreeOptions options, int seed)
    {
        var grower = new TreeGrower(features, target, weights, options, seed);
        grower._tree.Roots.Add(0);
        grower.Grow();
        return grower._tree;
    }

    private void Grow()
    {
        var open = new Stack<(int Start, int End, int Depth, int Parent, bool IsLeft)>();
        open.Push((0, _rows.Length, 0, -1, false));
        while (open.TryPop(out var part))
        {
            var (start, end, depth, parent, isLeft) = part;
            var weight = Totals(start, end);
            var split = depth < (_options.MaxDepth ?? int.MaxValue) && end - start >= 2 * _options.MinLeafRows
                && !IsPure(start, end)
                ? Best(start, end, weight) : null;
            var node = split is { } found
                ? _tree.Add(found.Feature, found.Threshold, false, null, weight)
                : _tree.Add(-1, 0, false, Array.ConvertAll(_total, s => s / weight + _center), weight);
            if (parent >= 0)
            {
                (isLeft ? _tree.Left : _tree.Right)[parent] = node;
            }

            if (split is { } chosen)
            {
                var middle = Partition(start, end, chosen.Feature, chosen.Threshold);
                open.Push((middle, end, depth + 1, node, false));
                open.Push((start, middle, depth + 1, node, true));
            }
        }
    }

    private double Totals(int start, int end)
    {
        Array.Clear(_total);
        double weight = 0;
        for (var i = start; i < end; i++)
        {
            weight += Add(_total, _rows[i], 1);
        }

        return weight;
    }

    private double Add(double[] sums, int row, double sign)
    {
        var weight = sign * _weights[row];
        if (_target.Task == TabularTask.Classification)
        {
            sums[(int)_target.Values[row]] += weight;
        }
        else
        {
            sums[0] += weight * (_target.Values[row] - _center);
        }

        return weight;
    }

    private bool IsPure(int start, int end)
    {
        for (var i = start + 1; i < end; i++)
        {
            if (_target.Values[_rows[i]] != _target.Values[_rows[start]])
            {
                return false;
            }
        }

        return true;
    }

    // Features in random order until enough have been tried; constant ones do not count.
    private (int Feature, double Threshold)? Best(int start, int end, double weight)
    {
        (int Feature, double Threshold)? best = null;
        var most = double.NegativeInfinity;
        for (int i = 0, tried = 0; i < _order.Length && tried < _tried; i++)
        {
            if (_tried < _order.Length)
            {
                var other = _random.Next(i, _order.Length);
                (_order[i], _order[other]) = (_order[other], _order[i]);
            }

            var feature = _order[i];
            if (_options.RandomThresholds)
            {
                tried += Draw(start, end, feature, weight, ref most, ref best) ? 1 : 0;
            }
            else
            {
                tried += Search(start, end, feature, weight, ref most, ref best) ? 1 : 0;
            }
        }

        return best;
    }

    private bool Search(
        int start, int end, int feature, double weight, ref double most, ref (int, double)? best)
    {
        var count = end - start;
        for (var i = 0; i < count; i++)
        {
            var row = _rows[start + i];
            (_keys[i], _sorted[i]) = (_features[row, feature], row);
        }

        var keys = _keys.AsSpan(0, count);
        keys.Sort(_sorted.AsSpan(0, count));
        if (keys[0] == keys[^1])
        {
            return false;
        }

        Array.Clear(_left);
        double left = 0;
        var least = _options.MinLeafRows;
        for (var i = 0; i < count - least; i++)
        {
            left += Add(_left, _sorted[i], 1);
            if (i + 1 < least || keys[i] == keys[i + 1])
            {
                continue;
            }

            var gain = Gain(left, weight - left);
            if (gain > most)
            {
                var middle = keys[i] / 2 + keys[i + 1] / 2;
                most = gain;
                best = (feature, middle >= keys[i + 1] || middle < keys[i] ? keys[i] : middle);
            }
        }

        return true;
    }

    private bool Draw(int start, int end, int feature, double weight, ref double most, ref (int, double)? best)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        for (var i = start; i < end; i++)
        {
            var value = _features[_rows[i], feature];
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        if (low == high)
        {
            return false;
        }

        var threshold = low + _random.NextDouble() * (high - low);
        threshold = threshold >= high ? low : threshold;
        Array.Clear(_left);
        double left = 0;
        var count = 0;
        for (var i = start; i < end; i++)
        {
            if (_features[_rows[i], feature] <= threshold)
            {
                left += Add(_left, _rows[i], 1);
                count++;
            }
        }

        if (count >= _options.MinLeafRows && end - start - count >= _options.MinLeafRows
            && Gain(left, weight - left) is var gain && gain > most)
        {
            most = gain;
            best = (feature, threshold);
        }

        return true;
    }

    private double Gain(double left, double right)
    {
        double ofLeft = 0, ofRight = 0;
        for (var k = 0; k < _outputs; k++)
        {
            var rest = _total[k] - _left[k];
            ofLeft += _left[k] * _left[k];
            ofRight += rest * rest;
        }

        return ofLeft / left + ofRight / right;
    }

    private int Partition(int start, int end, int feature, double threshold)
    {
        for (; start < end;)
        {
            if (_features[_rows[start], feature] <= threshold)
            {
                start++;
            }
            else
            {
                end--;
                (_rows[start], _rows[end]) = (_rows[end], _rows[start]);
            }
        }

        return start;
    }
}
