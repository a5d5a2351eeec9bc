namespace MaaS.Tabular.Learners.Kernels;

/// <summary>Sequential minimal optimization with second-order working sets: min ½ αᵀQα + pᵀα, yᵀα = 0, 0 ≤ α ≤ C,
/// Qᵢⱼ = yᵢ yⱼ K(rowᵢ, rowⱼ).</summary>
/// <remarks>Fan, Chen and Lin, Journal of Machine Learning Research 6, 2005; Chang and Lin, LIBSVM.</remarks>
/// <param name="kernel">K.</param>
/// <param name="rows">The kernel's row of each variable.</param>
/// <param name="y">1 or −1, one a variable.</param>
/// <param name="linear">p.</param>
/// <param name="bounds">C, one a variable.</param>
internal sealed class SmoProblem(KernelRows kernel, int[] rows, double[] y, double[] linear, double[] bounds)
{
    private const double Tau = 1e-12;

    private readonly double[] _alpha = new double[rows.Length];
    private readonly double[] _gradient = (double[])linear.Clone();

    /// <summary>Solves the problem from α = 0.</summary>
    /// <param name="tolerance">Largest violation of the conditions of optimality that is left.</param>
    /// <param name="cancellationToken">Checked now and then.</param>
    /// <returns>α and the offset ρ of the decision Σ yᵢ αᵢ K(rowᵢ, x) − ρ.</returns>
    /// <exception cref="InvalidOperationException">It does not converge.</exception>
    public (double[] Alpha, double Rho) Solve(double tolerance, CancellationToken cancellationToken)
    {
        var most = Math.Max(10_000_000, 100 * rows.Length);
        for (var step = 0; step < most; step++)
        {
            if (step % 1000 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (Select(tolerance) is not var (i, j))
            {
                return (_alpha, Rho());
            }

            Update(i, j);
        }

        throw new InvalidOperationException(
            $"support vectors: no convergence in {most} steps; scale the features or lower C.");
    }

    private bool CanRise(int t) => y[t] > 0 ? _alpha[t] < bounds[t] : _alpha[t] > 0;

    private bool CanFall(int t) => y[t] > 0 ? _alpha[t] > 0 : _alpha[t] < bounds[t];

    private (int I, int J)? Select(double tolerance)
    {
        var (i, largest) = (-1, double.NegativeInfinity);
        for (var t = 0; t < rows.Length; t++)
        {
            if (CanRise(t) && -y[t] * _gradient[t] >= largest)
            {
                (i, largest) = (t, -y[t] * _gradient[t]);
            }
        }

        if (i < 0)
        {
            return null;
        }

        var own = kernel[rows[i]];
        var (j, best, smallest) = (-1, double.PositiveInfinity, double.NegativeInfinity);
        for (var t = 0; t < rows.Length; t++)
        {
            if (!CanFall(t))
            {
                continue;
            }

            var violation = largest + y[t] * _gradient[t];
            smallest = Math.Max(smallest, y[t] * _gradient[t]);
            if (violation > 0)
            {
                var curvature = own[rows[i]] + kernel.Diagonal(rows[t]) - 2 * own[rows[t]];
                var fall = -(violation * violation) / (curvature > 0 ? curvature : Tau);
                if (fall <= best)
                {
                    (j, best) = (t, fall);
                }
            }
        }

        return j < 0 || largest + smallest < tolerance ? null : (i, j);
    }

    private void Update(int i, int j)
    {
        var (ofI, ofJ) = (kernel[rows[i]], kernel[rows[j]]);
        var curvature = Math.Max(ofI[rows[i]] + ofJ[rows[j]] - 2 * ofI[rows[j]], Tau);
        var (oldI, oldJ) = (_alpha[i], _alpha[j]);
        if (y[i] != y[j])
        {
            // The difference stays.
            var difference = oldI - oldJ;
            _alpha[i] = oldI + (-_gradient[i] - _gradient[j]) / curvature;
            _alpha[j] = _alpha[i] <= Math.Max(0, difference) ? Math.Max(0, -difference)
                : _alpha[i] >= Math.Min(bounds[i], bounds[j] + difference) ? Math.Min(bounds[j], bounds[i] - difference)
                : _alpha[i] - difference;
            _alpha[i] = Math.Clamp(_alpha[i], Math.Max(0, difference), Math.Min(bounds[i], bounds[j] + difference));
        }
        else
        {
            // The sum stays.
            var sum = oldI + oldJ;
            _alpha[i] = oldI - (_gradient[i] - _gradient[j]) / curvature;
            _alpha[j] = _alpha[i] <= Math.Max(0, sum - bounds[j]) ? Math.Min(bounds[j], sum)
                : _alpha[i] >= Math.Min(bounds[i], sum) ? Math.Max(0, sum - bounds[i])
                : sum - _alpha[i];
            _alpha[i] = Math.Clamp(_alpha[i], Math.Max(0, sum - bounds[j]), Math.Min(bounds[i], sum));
        }

        var (stepI, stepJ) = (y[i] * (_alpha[i] - oldI), y[j] * (_alpha[j] - oldJ));
        for (var t = 0; t < rows.Length; t++)
        {
            _gradient[t] += y[t] * (ofI[rows[t]] * stepI + ofJ[rows[t]] * stepJ);
        }
    }

    private double Rho()
    {
        var (low, high, sum, free) = (double.NegativeInfinity, double.PositiveInfinity, 0d, 0);
        for (var t = 0; t < rows.Length; t++)
        {
            var slope = y[t] * _gradient[t];
            if (_alpha[t] > 0 && _alpha[t] < bounds[t])
            {
                sum += slope;
                free++;
            }
            else if (CanRise(t))
            {
                high = Math.Min(high, slope);
            }
            else
            {
                low = Math.Max(low, slope);
            }
        }

        return free > 0 ? sum / free : double.IsInfinity(low) ? high : double.IsInfinity(high) ? low : (low + high) / 2;
    }
}
