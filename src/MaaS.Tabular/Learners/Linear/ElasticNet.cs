using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace MaaS.Tabular.Learners.Linear;

/// <summary>Minimises ½ wᵀGw − pᵀw + l1 · ‖w‖₁ + ½ l2 · ‖w‖²: coordinate by coordinate, and now and then all that are
/// not zero together, without which features that nearly follow from each other take millions of sweeps.</summary>
/// <remarks>Friedman, Hastie and Tibshirani, Journal of Statistical Software 33, 2010; the step of all together is that
/// of Lee, Battle, Raina and Ng, Efficient Sparse Coding Algorithms, NIPS 2006.</remarks>
/// <param name="gram">G, symmetric.</param>
/// <param name="products">p.</param>
/// <param name="l1">Above 0.</param>
/// <param name="l2">0 or more.</param>
internal sealed class ElasticNet(Matrix<double> gram, Vector<double> products, double l1, double l2)
{
    /// <summary>After so many there is no convergence.</summary>
    public const int MostSweeps = 100_000;

    private const int SweepsBetweenSteps = 50;
    private const double Tolerance = 1e-12;

    private readonly double[] _w = new double[products.Count];
    private readonly double[] _residual = products.ToArray();    // p − Gw

    /// <summary>The weights; null where they do not converge.</summary>
    public Vector<double>? Solve(CancellationToken cancellationToken)
    {
        for (var sweep = 1; sweep <= MostSweeps; sweep++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Sweep() || (sweep % SweepsBetweenSteps == 0 && Step() && IsOptimal()))
            {
                return DenseVector.OfArray(_w);
            }
        }

        return null;
    }

    // Whether no weight changed.
    private bool Sweep()
    {
        double largest = 0, change = 0;
        for (var j = 0; j < _w.Length; j++)
        {
            var own = gram[j, j];
            if (own == 0)
            {
                continue;
            }

            var rho = _residual[j] + (own * _w[j]);
            var updated = Math.Sign(rho) * Math.Max(Math.Abs(rho) - l1, 0) / (own + l2);
            var delta = updated - _w[j];
            if (delta != 0)
            {
                _w[j] = updated;
                for (var i = 0; i < _residual.Length; i++)
                {
                    _residual[i] -= gram[i, j] * delta;
                }
            }

            largest = Math.Max(largest, Math.Abs(updated));
            change = Math.Max(change, Math.Abs(delta));
        }

        return change <= Tolerance * largest;
    }

    // Towards the best weights of the same signs, or as far as is best where a sign changes on the way. Whether they
    // were reached.
    private bool Step()
    {
        int[] active = [.. Enumerable.Range(0, _w.Length).Where(j => _w[j] != 0)];
        if (active.Length == 0)
        {
            return true;
        }

        var curve = DenseMatrix.Create(
            active.Length, active.Length, (i, j) => gram[active[i], active[j]] + (i == j ? l2 : 0));
        var start = DenseVector.Create(active.Length, i => _w[active[i]]);
        var target = DenseVector.Create(active.Length, i => products[active[i]] - (l1 * Math.Sign(start[i])));
        if (Solution(curve, target) is not { } goal)
        {
            return false;
        }

        var way = goal - start;
        var (bend, slope) = (way * (curve * way), ((curve * start) - target) * way);
        double Cost(double t)
            => (0.5 * bend * t * t) + (slope * t)
                + (l1 * Enumerable.Range(0, active.Length).Sum(
                    i => Math.Abs(start[i] + (t * way[i])) - (Math.Sign(start[i]) * (start[i] + (t * way[i])))));

        double Crossing(int i) => start[i] / (start[i] - goal[i]);
        int[] crossings =
            [.. Enumerable.Range(0, active.Length).Where(i => Math.Sign(goal[i]) != Math.Sign(start[i]))];
        var share = crossings.Select(Crossing).Append(1).MinBy(Cost);
        if (!(Cost(share) < 0))
        {
            return false;    // What is left to gain is lost in rounding.
        }

        for (var i = 0; i < active.Length; i++)
        {
            _w[active[i]] = crossings.Contains(i) && Crossing(i) == share ? 0 : start[i] + (share * way[i]);
        }

        (products - (gram * DenseVector.OfArray(_w))).ToArray().CopyTo(_residual, 0);
        return crossings.Length == 0;
    }

    // Null where the features depend on each other to the last bit.
    private static Vector<double>? Solution(Matrix<double> curve, Vector<double> target)
    {
        try
        {
            var solution = curve.Cholesky().Solve(target);
            return solution.All(double.IsFinite) ? solution : null;
        }
        catch (ArgumentException)
        {
            return null;    // Not positive definite.
        }
    }

    // Whether no weight of zero would better be another, where the others are the best of their signs.
    private bool IsOptimal()
    {
        var slack = Tolerance * products.AbsoluteMaximum();
        return Enumerable.Range(0, _w.Length).All(j => _w[j] != 0 || Math.Abs(_residual[j]) <= l1 + slack);
    }
}
