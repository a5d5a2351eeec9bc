using System.Numerics.Tensors;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners.Linear;

/// <summary>Log loss of a linear model with its gradient. Parameters: per score the weights, then its
/// intercept.</summary>
internal sealed class LogisticLoss(Matrix features, Target target, double[] counts, double l2)
{
    private readonly int _scores = target.Classes.Count == 2 ? 1 : target.Classes.Count;
    private readonly int _stride = features.Columns + 1;

    public int Size => _scores * _stride;

    /// <summary>Whether a parameter is a weight, which is penalised, and no intercept.</summary>
    public bool IsWeight(int parameter) => parameter % _stride < features.Columns;

    /// <summary>The loss at some parameters.</summary>
    /// <param name="parameters">(size).</param>
    /// <param name="gradient">(size), overwritten.</param>
    public double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        gradient.Clear();
        double loss = 0;
        Span<double> scores = stackalloc double[_scores];
        for (var row = 0; row < features.Rows; row++)
        {
            var x = features.Row(row);
            for (var k = 0; k < _scores; k++)
            {
                scores[k] = TensorPrimitives.Dot(x, parameters.Slice(k * _stride, features.Columns))
                    + parameters[k * _stride + features.Columns];
            }

            loss += counts[row] * Differentiate(scores, (int)target.Values[row]);
            for (var k = 0; k < _scores; k++)
            {
                var slope = counts[row] * scores[k];
                var into = gradient.Slice(k * _stride, features.Columns);
                TensorPrimitives.MultiplyAdd(x, slope, into, into);
                gradient[k * _stride + features.Columns] += slope;
            }
        }

        for (var i = 0; i < parameters.Length && l2 > 0; i++)
        {
            if (IsWeight(i))
            {
                loss += l2 / 2 * parameters[i] * parameters[i];
                gradient[i] += l2 * parameters[i];
            }
        }

        return loss;
    }

    public LinearModel Model(double[] parameters)
    {
        var weights = new Matrix(_scores, features.Columns);
        var intercepts = new double[_scores];
        for (var k = 0; k < _scores; k++)
        {
            parameters.AsSpan(k * _stride, features.Columns).CopyTo(weights.Row(k));
            intercepts[k] = parameters[k * _stride + features.Columns];
        }

        return new LinearModel(weights, intercepts, _scores == 1 ? Link.Logistic : Link.Softmax);
    }

    // The loss of one row; its scores become their derivatives.
    private static double Differentiate(Span<double> scores, int actual)
    {
        if (scores.Length == 1)
        {
            var score = scores[0];
            scores[0] = Probabilities.Sigmoid(score) - actual;
            var margin = actual == 1 ? score : -score;
            return margin > 0 ? Math.Log(1 + Math.Exp(-margin)) : -margin + Math.Log(1 + Math.Exp(margin));
        }

        var largest = TensorPrimitives.Max<double>(scores);
        double sum = 0;
        foreach (var score in scores)
        {
            sum += Math.Exp(score - largest);
        }

        var loss = largest + Math.Log(sum) - scores[actual];
        for (var k = 0; k < scores.Length; k++)
        {
            scores[k] = Math.Exp(scores[k] - largest) / sum - (k == actual ? 1 : 0);
        }

        return loss;
    }
}
