using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Explanations;

/// <summary>What each feature adds to the sums of trees, exactly: Shapley values of the expectation along a tree's
/// paths, in which a question about an unknown feature goes both ways by the training rows that came there.</summary>
/// <remarks>Lundberg, Erion and Lee 2018, algorithm 2 ("path-dependent"); equal to LightGBM's
/// <c>pred_contrib</c>.</remarks>
internal sealed class TreeShap
{
    private readonly TreeEnsemble _trees;
    private readonly Step[] _steps;
    private readonly Matrix _into;
    private readonly double[] _features;

    private TreeShap(TreeEnsemble trees, double[] features, Matrix into)
    {
        (_trees, _features, _into) = (trees, features, into);
        var depth = Depth(trees) + 2;
        _steps = new Step[depth * (depth + 1) / 2];
    }

    /// <summary>Adds the contributions of a row.</summary>
    /// <param name="trees">The trees.</param>
    /// <param name="features">(features).</param>
    /// <param name="into">(features + 1, targets); the last row gets the expectation.</param>
    public static void Add(TreeEnsemble trees, ReadOnlySpan<double> features, Matrix into)
    {
        var shap = new TreeShap(trees, features.ToArray(), into);
        for (var k = 0; k < trees.Targets; k++)
        {
            into[into.Rows - 1, k] += trees.Base[k];
        }

        foreach (var root in trees.Roots)
        {
            shap.AddExpectation(root);
            shap.Walk(root, 0, 0, 1, 1, -1);
        }
    }

    private void AddExpectation(int root)
    {
        var open = new Stack<int>([root]);
        while (open.TryPop(out var node))
        {
            if (_trees.Leaf[node] is { } leaf)
            {
                for (var k = 0; k < leaf.Length; k++)
                {
                    _into[_into.Rows - 1, k] += leaf[k] * _trees.Cover[node] / _trees.Cover[root];
                }
            }
            else
            {
                open.Push(_trees.Left[node]);
                open.Push(_trees.Right[node]);
            }
        }
    }

    // The path of a node stands behind that of its parent: depth + 1 steps from start on.
    private void Walk(int node, int start, int depth, double zero, double one, int feature)
    {
        var path = _steps.AsSpan(start, depth + 1);
        Extend(path, depth, zero, one, feature);
        if (_trees.Leaf[node] is { } leaf)
        {
            for (var i = 1; i <= depth; i++)
            {
                var share = UnwoundSum(path, depth, i) * (path[i].One - path[i].Zero);
                for (var k = 0; k < leaf.Length; k++)
                {
                    _into[path[i].Feature, k] += share * leaf[k];
                }
            }

            return;
        }

        var asked = _trees.Feature[node];
        var value = _features[asked];
        var goesLeft = double.IsNaN(value) ? _trees.MissingLeft[node] : value <= _trees.Threshold[node];
        var (hot, cold) = goesLeft ? (_trees.Left[node], _trees.Right[node]) : (_trees.Right[node], _trees.Left[node]);
        var (knownZero, knownOne) = (1d, 1d);
        for (var i = 1; i <= depth; i++)
        {
            if (path[i].Feature == asked)
            {
                (knownZero, knownOne) = (path[i].Zero, path[i].One);
                Unwind(path, depth, i);
                depth--;
                break;
            }
        }

        var next = start + path.Length;
        foreach (var (child, childOne) in new[] { (hot, knownOne), (cold, 0d) })
        {
            path[..(depth + 1)].CopyTo(_steps.AsSpan(next));
            var share = _trees.Cover[node] == 0 ? 0 : _trees.Cover[child] / _trees.Cover[node];
            Walk(child, next, depth + 1, knownZero * share, childOne, asked);
        }
    }

    private static void Extend(Span<Step> path, int depth, double zero, double one, int feature)
    {
        path[depth] = new Step(feature, zero, one, depth == 0 ? 1 : 0);
        for (var i = depth - 1; i >= 0; i--)
        {
            path[i + 1].Weight += one * path[i].Weight * (i + 1) / (depth + 1);
            path[i].Weight = zero * path[i].Weight * (depth - i) / (depth + 1);
        }
    }

    private static void Unwind(Span<Step> path, int depth, int index)
    {
        var (zero, one) = (path[index].Zero, path[index].One);
        var next = path[depth].Weight;
        for (var i = depth - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                var weight = path[i].Weight;
                path[i].Weight = next * (depth + 1) / ((i + 1) * one);
                next = weight - path[i].Weight * zero * (depth - i) / (depth + 1);
            }
            else
            {
                path[i].Weight = path[i].Weight * (depth + 1) / (zero * (depth - i));
            }
        }

        for (var i = index; i < depth; i++)
        {
            (path[i].Feature, path[i].Zero, path[i].One) = (path[i + 1].Feature, path[i + 1].Zero, path[i + 1].One);
        }
    }

    private static double UnwoundSum(ReadOnlySpan<Step> path, int depth, int index)
    {
        var (zero, one) = (path[index].Zero, path[index].One);
        var (next, total) = (path[depth].Weight, 0d);
        for (var i = depth - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                var weight = next * (depth + 1) / ((i + 1) * one);
                total += weight;
                next = path[i].Weight - weight * zero * (depth - i) / (depth + 1);
            }
            else if (zero != 0)
            {
                total += path[i].Weight / zero * (depth + 1) / (depth - i);
            }
        }

        return total;
    }

    private static int Depth(TreeEnsemble trees)
    {
        var depths = new int[trees.Feature.Count];
        for (var node = 0; node < depths.Length; node++)
        {
            if (trees.Leaf[node] is null)
            {
                depths[trees.Left[node]] = depths[trees.Right[node]] = depths[node] + 1;
            }
        }

        return depths.Length == 0 ? 0 : depths.Max();
    }

    private struct Step(int feature, double zero, double one, double weight)
    {
        public int Feature = feature;
        public double Zero = zero;
        public double One = one;
        public double Weight = weight;
    }
}
