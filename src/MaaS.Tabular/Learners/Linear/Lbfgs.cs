using System.Numerics.Tensors;

namespace MaaS.Tabular.Learners.Linear;

/// <summary>A smooth function and its gradient.</summary>
internal delegate double Differentiable(ReadOnlySpan<double> parameters, Span<double> gradient);

/// <summary>Limited-memory BFGS with a line search by Armijo and Wolfe's conditions.</summary>
/// <remarks>Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 7.5.</remarks>
internal static class Lbfgs
{
    private const int Memory = 20, MostSteps = 5000;
    private const double Tolerance = 1e-8;

    public static double[] Minimise(Differentiable function, double[] start, CancellationToken cancellationToken)
    {
        var x = (double[])start.Clone();
        var gradient = new double[x.Length];
        var value = function(x, gradient);
        var scale = Math.Max(1, Norm(gradient));
        Queue<(double[] S, double[] Y)> pairs = [];
        for (var step = 0; step < MostSteps && Norm(gradient) > Tolerance * scale; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var direction = Direction(gradient, pairs);
            if (Search(function, x, direction, value, gradient, pairs.Count == 0) is not { } found)
            {
                if (pairs.Count == 0)
                {
                    return x;    // Rounding allows no lower value.
                }

                pairs.Clear();
                continue;
            }

            var (next, slope, lower) = found;
            var s = new double[x.Length];
            var y = new double[x.Length];
            TensorPrimitives.Subtract(next, x, s);
            TensorPrimitives.Subtract(slope, gradient, y);
            if (TensorPrimitives.Dot<double>(s, y) > 1e-12 * TensorPrimitives.Dot<double>(y, y))
            {
                pairs.Enqueue((s, y));
                if (pairs.Count > Memory)
                {
                    pairs.Dequeue();
                }
            }

            (x, gradient, value) = (next, slope, lower);
        }

        return x;
    }

    private static double Norm(double[] gradient) => Math.Abs(TensorPrimitives.MaxMagnitude<double>(gradient));

    private static double[] Direction(double[] gradient, Queue<(double[] S, double[] Y)> pairs)
    {
        var q = Array.ConvertAll(gradient, static g => -g);
        var all = pairs.ToArray();
        var alphas = new double[all.Length];
        for (var i = all.Length - 1; i >= 0; i--)
        {
            var (s, y) = all[i];
            alphas[i] = TensorPrimitives.Dot<double>(s, q) / TensorPrimitives.Dot<double>(s, y);
            TensorPrimitives.MultiplyAdd(y, -alphas[i], q, q);
        }

        if (all.Length > 0)
        {
            var (s, y) = all[^1];
            TensorPrimitives.Multiply(q, TensorPrimitives.Dot<double>(s, y) / TensorPrimitives.Dot<double>(y, y), q);
        }

        for (var i = 0; i < all.Length; i++)
        {
            var (s, y) = all[i];
            var beta = TensorPrimitives.Dot<double>(y, q) / TensorPrimitives.Dot<double>(s, y);
            TensorPrimitives.MultiplyAdd(s, alphas[i] - beta, q, q);
        }

        return q;
    }

    // Bisection between a step that is too short and one that is too long.
    private static (double[] X, double[] Gradient, double Value)? Search(
        Differentiable function, double[] x, double[] direction, double value, double[] gradient, bool first)
    {
        var descent = TensorPrimitives.Dot<double>(gradient, direction);
        if (!(descent < 0))
        {
            return null;
        }

        double low = 0, high = double.PositiveInfinity;
        var step = first ? 1 / Math.Sqrt(-descent) : 1;
        var next = new double[x.Length];
        var slope = new double[x.Length];
        for (var i = 0; i < 60; i++)
        {
            TensorPrimitives.MultiplyAdd(direction, step, x, next);
            var lower = function(next, slope);
            if (!(lower <= value + 1e-4 * step * descent))
            {
                high = step;
            }
            else if (TensorPrimitives.Dot<double>(slope, direction) < 0.9 * descent)
            {
                low = step;
            }
            else
            {
                return (next, slope, lower);
            }

            step = double.IsInfinity(high) ? 2 * step : (low + high) / 2;
        }

        return null;
    }
}
