using MaaS.Onnx;
using MaaS.Tabular.Features;
using MaaS.Tabular.Samples;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Tabular.Learners.Neighbors;

/// <summary>The k nearest training rows by Euclidean distance: their classes' shares, or their mean.</summary>
/// <remarks>Squared distances are rounded to float32, so that rows of one distance are equal in every implementation;
/// of these the first come first.</remarks>
public sealed class NearestNeighbors : ILearner
{
    /// <summary>Number of neighbours, 1 or more; all rows where there are fewer.</summary>
    public int Neighbors { get; init; } = 5;

    /// <inheritdoc/>
    public string Name => "nearest-neighbors";

    /// <inheritdoc/>
    public FeatureOptions Features { get; init; } = new();

    /// <inheritdoc/>
    public bool Supports(TabularTask task) => true;

    /// <inheritdoc/>
    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        var counts = Fitting.Check(this, features, target, weights);
        ArgumentOutOfRangeException.ThrowIfLessThan(Neighbors, 1);
        int[] rows = [.. Enumerable.Range(0, target.Count).Where(r => counts[r] > 0)];

        // A neighbour's vote, and in the last column its weight.
        var votes = new Matrix(rows.Length, target.Outputs + 1);
        for (var i = 0; i < rows.Length; i++)
        {
            var y = target.Values[rows[i]];
            var at = target.Task == TabularTask.Classification ? (int)y : 0;
            votes[i, at] = counts[rows[i]] * (target.Task == TabularTask.Classification ? 1 : y);
            votes[i, target.Outputs] = counts[rows[i]];
        }

        return new Fitted(features.Take(rows), votes, Math.Min(Neighbors, rows.Length));
    }

    private sealed class Fitted(Matrix rows, Matrix votes, int neighbors) : IFittedLearner
    {
        public int Outputs => votes.Columns - 1;

        public void Predict(ReadOnlySpan<double> features, Span<double> outputs)
        {
            var distances = new float[rows.Rows];
            var order = new int[rows.Rows];
            for (var i = 0; i < rows.Rows; i++)
            {
                double sum = 0;
                var row = rows.Row(i);
                for (var f = 0; f < row.Length; f++)
                {
                    sum += (features[f] - row[f]) * (features[f] - row[f]);
                }

                (distances[i], order[i]) = ((float)sum, i);
            }

            Array.Sort(
                order, (a, b) => distances[a] == distances[b] ? a.CompareTo(b) : distances[a].CompareTo(distances[b]));
            outputs.Clear();
            double weight = 0;
            foreach (var i in order.AsSpan(0, neighbors))
            {
                for (var k = 0; k < outputs.Length; k++)
                {
                    outputs[k] += votes[i, k];
                }

                weight += votes[i, Outputs];
            }

            foreach (ref var output in outputs)
            {
                output /= weight;
            }
        }

        public string Write(GraphBuilder graph, string features)
        {
            var delta = graph.Node(
                "Sub",
                [
                    graph.Node("Unsqueeze", [features, graph.Ints(1)]),
                    graph.Constant<double>(rows.Values, rows.Rows, rows.Columns),
                ]);    // (N, rows, features)
            var distances = graph.Node(
                "Cast", [graph.Node("ReduceSum", [graph.Node("Mul", [delta, delta]), graph.Ints(2)], ("keepdims", 0))],
                ("to", (int)DataType.Float));
            var nearest = graph.Nodes("TopK", [distances, graph.Ints(neighbors)], 2, ("axis", 1), ("largest", 0))[1];
            var voted = graph.Node(
                "ReduceSum",
                [
                    graph.Node(
                        "Gather", [graph.Constant<double>(votes.Values, votes.Rows, votes.Columns), nearest],
                        ("axis", 0)),
                    graph.Ints(1),
                ],
                ("keepdims", 0));    // (N, outputs + 1)
            string Columns(long from, long to) => graph.Node(
                "Slice", [voted, graph.Ints(from), graph.Ints(to), graph.Ints(1)]);
            return graph.Node("Div", [Columns(0, Outputs), Columns(Outputs, Outputs + 1)]);
        }
    }
}
