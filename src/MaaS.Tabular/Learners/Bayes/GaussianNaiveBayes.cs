using MaaS.Onnx;
using MaaS.Tabular.Features;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners.Bayes;

/// <summary>Naive Bayes with a normal distribution of every feature in every class.</summary>
public sealed class GaussianNaiveBayes : ILearner
{
    /// <summary>Share of the largest variance of a feature that is added to all variances, above 0.</summary>
    public double Smoothing { get; init; } = 1e-9;

    /// <inheritdoc/>
    public string Name => "naive-bayes";

    /// <inheritdoc/>
    public FeatureOptions Features { get; init; } = new();

    /// <inheritdoc/>
    public bool Supports(TabularTask task) => task == TabularTask.Classification;

    /// <inheritdoc/>
    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        var counts = Fitting.Check(this, features, target, weights);
        var classes = target.Classes.Count;
        var (means, variances, shares) =
            (new Matrix(classes, features.Columns), new Matrix(classes, features.Columns), new double[classes]);
        for (var row = 0; row < features.Rows; row++)
        {
            shares[(int)target.Values[row]] += counts[row];
        }

        double largest = 0;
        for (var f = 0; f < features.Columns; f++)
        {
            var column = features.Column(f);
            var mean = column.Average();
            largest = Math.Max(largest, column.Average(v => (v - mean) * (v - mean)));
            for (var row = 0; row < column.Length; row++)
            {
                var c = (int)target.Values[row];
                means[c, f] += counts[row] * column[row] / shares[c];
            }

            for (var row = 0; row < column.Length; row++)
            {
                var c = (int)target.Values[row];
                variances[c, f] += counts[row] * Math.Pow(column[row] - means[c, f], 2) / shares[c];
            }
        }

        for (var i = 0; i < variances.Values.Length; i++)
        {
            variances.Values[i] += largest > 0 ? Smoothing * largest : Smoothing;
        }

        var sum = shares.Sum();
        return new Fitted(means, variances, Array.ConvertAll(shares, s => s / sum));
    }

    private sealed class Fitted : IFittedLearner
    {
        private readonly Matrix _means;
        private readonly Matrix _precisions;
        private readonly double[] _offsets;

        // A class without rows (a fold may lack one) gets no probability.
        public Fitted(Matrix means, Matrix variances, double[] shares)
        {
            _means = means;
            _precisions =
                new Matrix(means.Rows, means.Columns, Array.ConvertAll(variances.Values, static v => 0.5 / v));
            _offsets = new double[means.Rows];
            for (var c = 0; c < means.Rows; c++)
            {
                _offsets[c] = shares[c] > 0 ? Math.Log(shares[c]) : -1e300;
                foreach (var variance in variances.Row(c))
                {
                    _offsets[c] -= 0.5 * Math.Log(2 * Math.PI * variance);
                }
            }
        }

        public int Outputs => _means.Rows;

        public void Predict(ReadOnlySpan<double> features, Span<double> outputs)
        {
            for (var c = 0; c < outputs.Length; c++)
            {
                double sum = 0;
                for (var f = 0; f < features.Length; f++)
                {
                    var delta = features[f] - _means[c, f];
                    sum += delta * delta * _precisions[c, f];
                }

                outputs[c] = _offsets[c] - sum;
            }

            Probabilities.Softmax(outputs);
        }

        public string Write(GraphBuilder graph, string features)
        {
            var delta = graph.Node(
                "Sub",
                [
                    graph.Node("Unsqueeze", [features, graph.Ints(1)]),
                    graph.Constant<double>(_means.Values, _means.Rows, _means.Columns),
                ]);    // (N, classes, features)
            var scaled = graph.Node(
                "Mul", [graph.Node("Mul", [delta, delta]),
                    graph.Constant<double>(_precisions.Values, _means.Rows, _means.Columns)]);
            var sum = graph.Node("ReduceSum", [scaled, graph.Ints(2)], ("keepdims", 0));
            return Probabilities.WriteSoftmax(
                graph, graph.Node("Sub", [graph.Constant<double>(_offsets, _offsets.Length), sum]));
        }
    }
}
