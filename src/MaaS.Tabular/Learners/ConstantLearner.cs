using MaaS.Onnx;
using MaaS.Tabular.Features;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners;

/// <summary>The baseline that looks at no feature: the classes' shares, or the mean.</summary>
public sealed class ConstantLearner : ILearner
{
    /// <inheritdoc/>
    public string Name => "baseline";

    /// <inheritdoc/>
    public FeatureOptions Features { get; } = new();

    /// <inheritdoc/>
    public bool Supports(TabularTask task) => true;

    /// <inheritdoc/>
    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        var counts = Fitting.Check(this, features, target, weights, takesNaN: true);
        var outputs = new double[target.Outputs];
        var sum = counts.Sum();
        for (var row = 0; row < counts.Length; row++)
        {
            var y = target.Values[row];
            if (target.Task == TabularTask.Classification)
            {
                outputs[(int)y] += counts[row] / sum;
            }
            else
            {
                outputs[0] += counts[row] / sum * y;
            }
        }

        return new Fitted(outputs);
    }

    private sealed class Fitted(double[] outputs) : IFittedLearner
    {
        public int Outputs => outputs.Length;

        public void Predict(ReadOnlySpan<double> features, Span<double> into) => outputs.CopyTo(into);

        public string Write(GraphBuilder graph, string features)
        {
            var rows = graph.Node("Shape", [features], ("start", 0), ("end", 1));
            var shape = graph.Node("Concat", [rows, graph.Ints(outputs.Length)], ("axis", 0));
            return graph.Node("Expand", [graph.Constant<double>(outputs, outputs.Length), shape]);
        }
    }
}
