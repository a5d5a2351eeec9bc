using System.Globalization;
using MaaS.Tabular.Learners.Trees;

namespace MaaS.Tabular.Learners.Boosting;

/// <summary>Reads the trees of a model as LightGBM writes it.</summary>
internal static class LightGbmText
{
    private const int Categorical = 1, DefaultLeft = 2;

    /// <summary>The trees.</summary>
    /// <param name="text">LightGBM's model file.</param>
    /// <param name="targets">Trees a round: the i-th adds to target i mod targets.</param>
    /// <exception cref="InvalidDataException">The text has another form.</exception>
    public static TreeEnsemble Parse(string text, int targets)
    {
        var ensemble = new TreeEnsemble(targets, new double[targets]);
        foreach (var block in text.Split("\nTree=").Skip(1))
        {
            var fields =
                block.Split('\n').TakeWhile(static line => line != "end of trees")
                    .Select(static line => line.Split('=', 2))
                .Where(static pair => pair.Length == 2)
                    .ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal);
            Add(ensemble, new Tree(fields), ensemble.Roots.Count % targets);
        }

        return ensemble.Roots.Count > 0 && ensemble.Roots.Count % targets == 0
            ? ensemble
            : throw new InvalidDataException(
                $"LightGBM: expected trees in rounds of {targets}, got {ensemble.Roots.Count} trees.");
    }

    private static void Add(TreeEnsemble ensemble, Tree tree, int target)
    {
        ensemble.Roots.Add(ensemble.Feature.Count);
        int Node(int i)
        {
            if (i < 0 || tree.Features.Length == 0)
            {
                var leaf = new double[ensemble.Targets];
                var at = tree.Features.Length == 0 ? 0 : ~i;
                leaf[target] = tree.Leaves[at];
                // A tree that is one leaf does not say how many rows it saw.
                return ensemble.Add(-1, 0, false, leaf, tree.LeafCounts.Length > at ? tree.LeafCounts[at] : 1);
            }

            var decision = tree.Decisions[i];
            if ((decision & Categorical) != 0)
            {
                throw new InvalidDataException("LightGBM: expected numerical splits, got a categorical one.");
            }

            // Where training saw nothing missing, LightGBM takes NaN for 0.
            var missing = (decision >> 2) & 3;
            var missingLeft = missing == 2 ? (decision & DefaultLeft) != 0 : 0 <= tree.Thresholds[i];
            var node = ensemble.Add(tree.Features[i], tree.Thresholds[i], missingLeft, null, tree.Counts[i]);
            ensemble.Left[node] = Node(tree.Left[i]);
            ensemble.Right[node] = Node(tree.Right[i]);
            return node;
        }

        Node(0);
    }

    private sealed class Tree(Dictionary<string, string> fields)
    {
        public int[] Features { get; } = Read(fields, "split_feature", int.Parse);

        public double[] Thresholds { get; } = Read(fields, "threshold", Number);

        public int[] Decisions { get; } = Read(fields, "decision_type", int.Parse);

        public int[] Left { get; } = Read(fields, "left_child", int.Parse);

        public int[] Right { get; } = Read(fields, "right_child", int.Parse);

        public double[] Counts { get; } = Read(fields, "internal_count", Number);

        public double[] LeafCounts { get; } = Read(fields, "leaf_count", Number);

        public double[] Leaves { get; } = Read(fields, "leaf_value", Number);

        // A split between what is missing and all numbers has no finite threshold.
        private static double Number(string text, IFormatProvider culture) => text switch
        {
            "inf" => double.MaxValue,
            "-inf" => double.MinValue,
            _ => double.Parse(text, culture),
        };

        private static T[] Read<T>(
            Dictionary<string, string> fields, string name, Func<string, IFormatProvider, T> parse)
            => [
                .. fields.GetValueOrDefault(name, "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(text => parse(text, CultureInfo.InvariantCulture)),
            ];
    }
}
