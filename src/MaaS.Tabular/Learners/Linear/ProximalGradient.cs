using System.Numerics.Tensors;

namespace MaaS.Tabular.Learners.Linear;

/// <summary>Accelerated proximal gradient descent with restarts: a smooth function plus L1 times absolute
/// weights.</summary>
/// <remarks>Beck and Teboulle, SIAM Journal on Imaging Sciences 2, 2009; restarts: O'Donoghue and Candès,
/// 2015.</remarks>
internal static class ProximalGradient
{
    private const int MostSteps = 50_000;

    public static double[] Minimise(
        Differentiable function, double[] start, double l1, Predicate<int> isPenalised,
        CancellationToken cancellationToken)
    {
        var x = (double[])start.Clone();
        var ahead = (double[])start.Clone();
        var (next, gradient, ignored) = (new double[x.Length], new double[x.Length], new double[x.Length]);
        double momentum = 1, lipschitz = 1;
        for (var step = 0; step < MostSteps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var value = function(ahead, gradient);
            while (true)
            {
                Shrink(ahead, gradient, next, 1 / lipschitz, l1, isPenalised);
                double linear = 0, squares = 0;
                for (var i = 0; i < x.Length; i++)
                {
                    var delta = next[i] - ahead[i];
                    linear += gradient[i] * delta;
                    squares += delta * delta;
                }

                if (function(next, ignored) <= value + linear + lipschitz / 2 * squares + 1e-12 * Math.Abs(value))
                {
                    break;
                }

                lipschitz *= 2;
            }

            double change = 0, against = 0, size = 0;
            for (var i = 0; i < x.Length; i++)
            {
                against += (ahead[i] - next[i]) * (next[i] - x[i]);
                change = Math.Max(change, Math.Abs(next[i] - x[i]));
                size = Math.Max(size, Math.Abs(next[i]));
            }

            var grown = against > 0 ? 1 : (1 + Math.Sqrt(1 + 4 * momentum * momentum)) / 2;
            for (var i = 0; i < x.Length; i++)
            {
                ahead[i] = next[i] + (against > 0 ? 0 : (momentum - 1) / grown) * (next[i] - x[i]);
            }

            (x, next, momentum) = (next, x, grown);
            if (change <= 1e-9 * Math.Max(1, size))
            {
                break;
            }
        }

        return x;
    }

    private static void Shrink(
        double[] from, double[] gradient, double[] into, double step, double l1, Predicate<int> isPenalised)
    {
        TensorPrimitives.MultiplyAdd(gradient, -step, from, into);
        for (var i = 0; i < into.Length; i++)
        {
            if (isPenalised(i))
            {
                into[i] = Math.Sign(into[i]) * Math.Max(Math.Abs(into[i]) - step * l1, 0);
            }
        }
    }
}
