using MaaS.Onnx;
using MaaS.Tabular.Learners.Linear;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Tabular.Learners.Trees;

/// <summary>Trees and what becomes of their sums.</summary>
internal sealed class TreeModel(TreeEnsemble trees, Link link) : IFittedLearner, IFeatureImportances
{
    public TreeEnsemble Trees => trees;

    public Link Link => link;

    public int Outputs => link == Link.Logistic ? 2 : trees.Targets;

    public void Predict(ReadOnlySpan<double> features, Span<double> outputs)
    {
        if (link == Link.Logistic)
        {
            trees.Sum(features, outputs[..1]);
            outputs[1] = Probabilities.Sigmoid(outputs[0]);
            outputs[0] = 1 - outputs[1];
            return;
        }

        trees.Sum(features, outputs);
        if (link == Link.Softmax)
        {
            Probabilities.Softmax(outputs);
        }
    }

    public string Write(GraphBuilder graph, string features)
    {
        var sums = graph.Node("Cast", [WriteTrees(graph, features)], ("to", (int)DataType.Double));
        return link switch
        {
            Link.Logistic => Probabilities.WriteBinary(graph, sums),
            Link.Softmax => Probabilities.WriteSoftmax(graph, sums),
            _ => sums,
        };
    }

    /// <summary>How much the questions about each feature part the leaves' values, weighted by rows: the fall of
    /// impurity in forests and trees.</summary>
    public double[] Importances(int features)
    {
        var (importances, means) = (new double[features], new double[trees.Feature.Count][]);
        for (var node = trees.Feature.Count - 1; node >= 0; node--)    // Children come behind their parent.
        {
            if (trees.Leaf[node] is { } leaf)
            {
                means[node] = leaf;
                continue;
            }

            var (left, right, cover) = (trees.Left[node], trees.Right[node], trees.Cover[node]);
            means[node] = new double[trees.Targets];
            for (var k = 0; k < trees.Targets; k++)
            {
                var (l, r) = (means[left][k], means[right][k]);
                var mean = (trees.Cover[left] * l + trees.Cover[right] * r) / cover;
                means[node][k] = mean;
                importances[trees.Feature[node]] +=
                    trees.Cover[left] * (l - mean) * (l - mean) + trees.Cover[right] * (r - mean) * (r - mean);
            }
        }

        return importances;
    }

    // Thresholds and leaves as float64: rows that stand on a threshold fall as they did in training.
    private string WriteTrees(GraphBuilder graph, string features)
    {
        var count = trees.Feature.Count;
        var (tree, node) = (new long[count], new long[count]);
        for (var t = 0; t < trees.Roots.Count; t++)
        {
            var end = t + 1 < trees.Roots.Count ? trees.Roots[t + 1] : count;
            for (var i = trees.Roots[t]; i < end; i++)
            {
                (tree[i], node[i]) = (t, i - trees.Roots[t]);
            }
        }

        long Child(int child, int i) => child < 0 ? 0 : child - trees.Roots[(int)tree[i]];
        var leaves = Enumerable.Range(0, count).Where(i => trees.Leaf[i] is not null).ToArray();
        var targets = Enumerable.Range(0, trees.Targets);
        double[] weights = [.. leaves.SelectMany(i => trees.Leaf[i]!)];
        var output = graph.Node(
            "TreeEnsembleRegressor", [features],
            ("aggregate_function", "SUM"), ("post_transform", "NONE"), ("n_targets", trees.Targets),
            ("base_values_as_tensor", OnnxTensor.Create<double>("", trees.Base, trees.Targets)),
            ("nodes_treeids", tree), ("nodes_nodeids", node),
            ("nodes_featureids", trees.Feature.Select(static f => (long)Math.Max(f, 0)).ToArray()),
            ("nodes_modes", trees.Feature.Select(static f => f < 0 ? "LEAF" : "BRANCH_LEQ").ToArray()),
            ("nodes_values_as_tensor", OnnxTensor.Create<double>("", trees.Threshold.ToArray(), count)),
            ("nodes_missing_value_tracks_true", trees.MissingLeft.Select(static m => m ? 1L : 0).ToArray()),
            ("nodes_truenodeids", trees.Left.Select(Child).ToArray()),
            ("nodes_falsenodeids", trees.Right.Select(Child).ToArray()),
            ("target_treeids", leaves.SelectMany(i => targets.Select(_ => tree[i])).ToArray()),
            ("target_nodeids", leaves.SelectMany(i => targets.Select(_ => node[i])).ToArray()),
            ("target_ids", leaves.SelectMany(_ => targets.Select(static t => (long)t)).ToArray()),
            ("target_weights_as_tensor", OnnxTensor.Create<double>("", weights, weights.Length)));
        graph.Graph.Node[^1].Domain = "ai.onnx.ml";
        return output;
    }
}
