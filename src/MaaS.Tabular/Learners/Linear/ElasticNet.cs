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
    private const double Rounding = 2.220446049250313e-16;

    // Of the largest product: the error that ends the search, and the largest one where sweeps change nothing more.
    private const double Tolerance = 1e-12, LargestError = 1e-9;

    private readonly double[] _w = new double[products.Count];
    private readonly double[] _residual = products.ToArray();    // p − Gw

    /// <summary>The weights, each of which fulfils the conditions of Karush, Kuhn and Tucker; null where they do not
    /// converge.</summary>
    public Vector<double>? Solve(CancellationToken cancellationToken)
    {
        var most = products.AbsoluteMaximum();
        for (var sweep = 1; ; sweep++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isLast = Sweep() || sweep == MostSweeps;
            if (!isLast && sweep % SweepsBetweenSteps != 0)
            {
                continue;
            }

            // The longer it takes, the more steps come together: sweeps in between would bring weights back.
            Renew();
            var steps = isLast ? int.MaxValue : sweep / SweepsBetweenSteps;
            while (steps-- > 0 && Step())
            {
            }

            if (Error() <= (isLast ? LargestError : Tolerance) * most)
            {
                return DenseVector.OfArray(_w);
            }

            if (isLast)
            {
                return null;
            }
        }
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

    // Towards the best weights of the same signs, or as far as is best where a sign changes on the way.
    // Whether a weight became zero, so that there is another such step.
    private bool Step()
    {
        int[] active = [.. Enumerable.Range(0, _w.Length).Where(j => _w[j] != 0)];
        if (active.Length == 0)
        {
            return false;
        }

        var curve = DenseMatrix.Create(
            active.Length, active.Length, (i, j) => gram[active[i], active[j]] + (i == j ? l2 : 0));
        var start = DenseVector.Create(active.Length, i => _w[active[i]]);
        var downhill = DenseVector.Create(
            active.Length, i => _residual[active[i]] - (l2 * start[i]) - (l1 * Math.Sign(start[i])));
        var way = Way(curve, downhill);
        var (bend, slope) = (way * (curve * way), -(downhill * way));
        double Cost(double t)
            => (0.5 * bend * t * t) + (slope * t)
                + (l1 * Enumerable.Range(0, active.Length).Sum(
                    i => Math.Abs(start[i] + (t * way[i])) - (Math.Sign(start[i]) * (start[i] + (t * way[i])))));

        double Crossing(int i) => -start[i] / way[i];
        int[] crossings =
            [.. Enumerable.Range(0, active.Length).Where(i => Math.Sign(start[i] + way[i]) != Math.Sign(start[i]))];
        var share = crossings.Select(Crossing).Append(1).MinBy(Cost);
        if (!(Cost(share) < 0))
        {
            return false;    // What is left to gain is lost in rounding.
        }

        for (var i = 0; i < active.Length; i++)
        {
            _w[active[i]] = crossings.Contains(i) && Crossing(i) == share ? 0 : start[i] + (share * way[i]);
        }

        Renew();
        return share < 1;
    }

    // Without the rounding of many small changes.
    private void Renew() => (products - (gram * DenseVector.OfArray(_w))).ToArray().CopyTo(_residual, 0);

    // Newton's step; with a ridge of rounding's size where features depend on each other to the last bits, which makes
    // it long in the directions that the features do not tell apart.
    private static Vector<double> Way(Matrix<double> curve, Vector<double> downhill)
    {
        var least = Rounding * curve.RowCount * curve.Diagonal().Maximum();
        for (var ridge = 0.0; double.IsFinite(ridge); ridge = Math.Max(10 * ridge, least))
        {
            try
            {
                var way = (curve + (ridge * DenseMatrix.CreateIdentity(curve.RowCount))).Cholesky().Solve(downhill);
                if (way.All(double.IsFinite))
                {
                    return way;
                }
            }
            catch (ArgumentException)
            {
                // Not positive definite.
            }
        }

        return downhill * 0;    // Numbers too large for any step.
    }

    // How far the derivatives of the cost are from those of a minimum.
    private double Error()
    {
        double largest = 0;
        for (var j = 0; j < _w.Length; j++)
        {
            var pull = _residual[j] - (l2 * _w[j]);
            largest = Math.Max(
                largest, _w[j] == 0 ? Math.Abs(pull) - l1 : Math.Abs(pull - (l1 * Math.Sign(_w[j]))));
        }

        return largest;
    }
}
