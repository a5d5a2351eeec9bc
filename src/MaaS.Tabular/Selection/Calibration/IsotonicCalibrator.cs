using MaaS.Onnx;

namespace MaaS.Tabular.Selection.Calibration;

/// <summary>A rising function: straight between points, constant beyond the outer ones.</summary>
/// <param name="X">Scores of the points, rising.</param>
/// <param name="Y">Probabilities of the points.</param>
/// <remarks>Pool adjacent violators (Ayer et al. 1955); scikit-learn's
/// <c>IsotonicRegression(out_of_bounds="clip")</c>.</remarks>
internal sealed record IsotonicCalibrator(double[] X, double[] Y) : ICalibrator
{
    public static IsotonicCalibrator Fit(double[] scores, bool[] positive, double[] weights)
    {
        // Equal scores are one point, with the mean of their labels.
        var points = Enumerable.Range(0, scores.Length).Where(i => weights[i] > 0).GroupBy(i => scores[i])
            .OrderBy(static g => g.Key)
            .Select(g => (X: g.Key, Weight: g.Sum(i => weights[i]), Sum: g.Sum(i => positive[i] ? weights[i] : 0)))
            .ToArray();
        var blocks = new List<(double Weight, double Sum, int Count)>();
        foreach (var point in points)
        {
            blocks.Add((point.Weight, point.Sum, 1));
            while (blocks.Count > 1 && blocks[^2].Sum * blocks[^1].Weight >= blocks[^1].Sum * blocks[^2].Weight)
            {
                var (last, before) = (blocks[^1], blocks[^2]);
                blocks.RemoveAt(blocks.Count - 1);
                blocks[^1] = (last.Weight + before.Weight, last.Sum + before.Sum, last.Count + before.Count);
            }
        }

        List<double> x = [], y = [];
        var at = 0;
        foreach (var (weight, sum, count) in blocks)
        {
            x.Add(points[at].X);
            y.Add(sum / weight);
            if (count > 1)
            {
                x.Add(points[at + count - 1].X);
                y.Add(sum / weight);
            }

            at += count;
        }

        return new IsotonicCalibrator([.. x], [.. y]);
    }

    // The first value and what each stretch adds: as the graph computes it.
    public double Apply(double score)
    {
        var value = Y[0];
        for (var i = 1; i < X.Length; i++)
        {
            var width = X[i] - X[i - 1];
            value += Math.Clamp((score - X[i - 1]) / width, 0, 1) * (Y[i] - Y[i - 1]);
        }

        return value;
    }

    public string Write(GraphBuilder graph, string score)
    {
        if (X.Length == 1)
        {
            return graph.Node("Add", [graph.Node("Mul", [score, graph.Scalar(0d)]), graph.Scalar(Y[0])]);
        }

        double[] widths = [.. X.Skip(1).Zip(X, static (high, low) => high - low)];
        double[] rises = [.. Y.Skip(1).Zip(Y, static (high, low) => high - low)];
        var shares = graph.Node(
            "Div",
            [
                graph.Node("Sub", [score, graph.Constant<double>(X.AsSpan()[..^1], widths.Length)]),
                graph.Constant<double>(widths, widths.Length),
            ]);
        shares = graph.Node("Min", [graph.Node("Max", [shares, graph.Scalar(0d)]), graph.Scalar(1d)]);
        var sums = graph.Node("MatMul", [shares, graph.Constant<double>(rises, rises.Length, 1)]);
        return graph.Node("Add", [sums, graph.Scalar(Y[0])]);
    }
}
