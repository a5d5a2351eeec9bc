namespace MaaS.Tabular.Learners.Kernels;

/// <summary>A sigmoid from decisions to probabilities: P(positive) = 1 / (1 + exp(A · f + B)).</summary>
/// <remarks>Platt 1999, by the Newton method of Lin, Lin and Weng, Machine Learning 68, 2007.</remarks>
internal static class PlattScaling
{
    public static (double A, double B) Fit(double[] decisions, bool[] positive, double[] weights)
    {
        double above = 0, below = 0;
        for (var i = 0; i < decisions.Length; i++)
        {
            above += positive[i] ? weights[i] : 0;
            below += positive[i] ? 0 : weights[i];
        }

        var (high, low) = ((above + 1) / (above + 2), 1 / (below + 2));
        var targets = Array.ConvertAll(positive, p => p ? high : low);
        double a = 0, b = Math.Log((below + 1) / (above + 1));
        double Loss(double a, double b)
        {
            double loss = 0;
            for (var i = 0; i < decisions.Length; i++)
            {
                var f = decisions[i] * a + b;
                loss += weights[i] * (f >= 0
                    ? targets[i] * f + Math.Log(1 + Math.Exp(-f)) : (targets[i] - 1) * f + Math.Log(1 + Math.Exp(f)));
            }

            return loss;
        }

        var value = Loss(a, b);
        for (var step = 0; step < 100; step++)
        {
            double h11 = 1e-12, h22 = 1e-12, h21 = 0, g1 = 0, g2 = 0;
            for (var i = 0; i < decisions.Length; i++)
            {
                var p = Probabilities.Sigmoid(-(decisions[i] * a + b));
                var (d1, d2) = (weights[i] * (targets[i] - p), weights[i] * p * (1 - p));
                h11 += decisions[i] * decisions[i] * d2;
                h22 += d2;
                h21 += decisions[i] * d2;
                g1 += decisions[i] * d1;
                g2 += d1;
            }

            if (Math.Abs(g1) < 1e-5 && Math.Abs(g2) < 1e-5)
            {
                break;
            }

            var determinant = h11 * h22 - h21 * h21;
            var (da, db) = (-(h22 * g1 - h21 * g2) / determinant, -(-h21 * g1 + h11 * g2) / determinant);
            var slope = g1 * da + g2 * db;
            var size = 1d;
            for (; size >= 1e-10; size /= 2)
            {
                var next = Loss(a + size * da, b + size * db);
                if (next < value + 1e-4 * size * slope)
                {
                    (a, b, value) = (a + size * da, b + size * db, next);
                    break;
                }
            }

            if (size < 1e-10)
            {
                break;
            }
        }

        return (a, b);
    }
}
