using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace MaaS.Training.Baselines;

/// <summary>
/// Linear classifier that minimises ½‖w‖² + C · Σ weighted log loss, intercepts free: logistic for two classes, softmax
/// for more.
/// </summary>
/// <remarks>
/// The objective of scikit-learn's <c>LogisticRegression</c> with its defaults; minimised by L-BFGS (Liu, Nocedal
/// 1989).
/// </remarks>
internal sealed class LogisticRegression
{
    private const double Tolerance = 1e-4;   // Of the gradient's largest part for a mean loss, as scikit-learn's tol.
    private const int Memory = 10, MostIterations = 1000;

    private readonly double[] _weights;
    private readonly int _columns, _outputs;

    private LogisticRegression(double[] weights, int columns, int outputs)
        => (_weights, _columns, _outputs) = (weights, columns, outputs);

    /// <summary>Fits a classifier.</summary>
    /// <param name="features">One row a sample.</param>
    /// <param name="targets">Class indices, as many as rows.</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="inverseRegularization">C, above 0.</param>
    /// <param name="classWeights">(classes); null for 1 each.</param>
    /// <param name="tolerance">Largest part of the mean loss's gradient at which to stop.</param>
    /// <param name="cancellationToken">Checked before each pass over the samples.</param>
    public static LogisticRegression Fit(
        SparseRows features, IReadOnlyList<int> targets, int classes, double inverseRegularization = 1,
        IReadOnlyList<double>? classWeights = null,
        double tolerance = Tolerance, CancellationToken cancellationToken = default)
    {
        var outputs = classes == 2 ? 1 : classes;
        // A mean loss keeps steps and tolerances independent of the number of samples.
        var scale = 1.0 / (inverseRegularization * features.Count);
        (double, Vector<double>) Evaluate(Vector<double> point)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var model = new LogisticRegression(point.AsArray() ?? point.ToArray(), features.Columns, outputs);
            var gradient = new double[point.Count];
            var loss = model.LossAndGradient(features, targets, classWeights, gradient) / features.Count;
            for (var i = 0; i < gradient.Length; i++)
            {
                var penalty = i % (features.Columns + 1) == features.Columns ? 0 : scale * model._weights[i];
                gradient[i] = gradient[i] / features.Count + penalty;
                loss += penalty * model._weights[i] / 2;
            }

            return (loss, Vector<double>.Build.Dense(gradient));
        }

        var start = Vector<double>.Build.Dense(outputs * (features.Columns + 1));
        var minimum = new LimitedMemoryBfgsMinimizer(tolerance, 1e-14, 1e-14, Memory, MostIterations)
            .FindMinimum(ObjectiveFunction.Gradient(Evaluate), start);
        return new LogisticRegression(minimum.MinimizingPoint.ToArray(), features.Columns, outputs);
    }

    /// <summary>Class probabilities.</summary>
    /// <returns>(rows, classes), row-major.</returns>
    public float[] Probabilities(SparseRows features)
    {
        var classes = Math.Max(2, _outputs);
        var result = new float[features.Count * classes];
        var scores = new double[_outputs];
        for (var row = 0; row < features.Count; row++)
        {
            Score(features, row, scores);
            for (var c = 0; c < classes; c++)
            {
                result[row * classes + c] = (float)(
                    _outputs > 1 ? Math.Exp(LogSoftmax(scores, c)) : Sigmoid(c == 1 ? scores[0] : -scores[0]));
            }
        }

        return result;
    }

    /// <summary>The layer whose softmax gives the probabilities: weights (classes, columns), row-major, and intercepts
    /// (classes).</summary>
    public (float[] Weights, float[] Intercepts) Linear(int classes)
    {
        var weights = new float[classes * _columns];
        var intercepts = new float[classes];
        for (var c = 0; c < classes; c++)
        {
            // The score of two classes is the difference of their logits.
            var row = Weights(_outputs > 1 ? c : 0);
            var factor = _outputs > 1 ? 1.0 : c == 1 ? 0.5 : -0.5;
            for (var i = 0; i < _columns; i++)
            {
                weights[(c * _columns) + i] = (float)(factor * row[i]);
            }

            intercepts[c] = (float)(factor * row[_columns]);
        }

        return (weights, intercepts);
    }

    private ReadOnlySpan<double> Weights(int output) => _weights.AsSpan(output * (_columns + 1), _columns + 1);

    private void Score(SparseRows features, int row, double[] scores)
    {
        for (var o = 0; o < _outputs; o++)
        {
            scores[o] = features.Dot(row, Weights(o)) + Weights(o)[_columns];
        }
    }

    // Sum of the weighted losses; the gradient of that sum is added.
    private double LossAndGradient(
        SparseRows features, IReadOnlyList<int> targets, IReadOnlyList<double>? classWeights, double[] gradient)
    {
        var loss = 0.0;
        var scores = new double[_outputs];
        for (var row = 0; row < features.Count; row++)
        {
            Score(features, row, scores);
            var weight = classWeights?[targets[row]] ?? 1;
            loss -= weight * (
                _outputs > 1
                    ? LogSoftmax(scores, targets[row]) : LogSigmoid(targets[row] == 1 ? scores[0] : -scores[0]));
            for (var o = 0; o < _outputs; o++)
            {
                var error = weight * (_outputs > 1
                    ? Math.Exp(LogSoftmax(scores, o)) - (targets[row] == o ? 1 : 0)
                    : Sigmoid(scores[0]) - targets[row]);
                var part = gradient.AsSpan(o * (_columns + 1), _columns + 1);
                features.AddTo(part, row, error);
                part[_columns] += error;
            }
        }

        return loss;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double LogSigmoid(double x) => Math.Min(x, 0) - Math.Log(1 + Math.Exp(-Math.Abs(x)));

    private static double LogSoftmax(double[] scores, int index)
    {
        var most = scores.Max();
        return scores[index] - most - Math.Log(scores.Sum(s => Math.Exp(s - most)));
    }
}
