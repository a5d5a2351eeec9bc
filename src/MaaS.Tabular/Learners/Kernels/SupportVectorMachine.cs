using MaaS.Tabular.Features;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners.Kernels;

/// <summary>Support vector machine with a linear or a radial kernel: each class against the others, with probabilities
/// by Platt's scaling; ε-regression of the standardized target.</summary>
/// <remarks>Two classes and regression solve the problem of LIBSVM, so of scikit-learn's <c>SVC</c> and
/// <c>SVR</c>. The time grows with the square of the rows.</remarks>
public sealed class SupportVectorMachine : ILearner
{
    /// <summary>Most rows: their kernel matrix takes 800 MB.</summary>
    public const int MostRows = 10_000;

    private const int PlattFolds = 5;

    /// <summary>Whether the kernel is linear; otherwise it is the radial basis.</summary>
    public bool Linear { get; init; }

    /// <summary>Cost of a row on the wrong side, above 0.</summary>
    public double C { get; init; } = 1;

    /// <summary>Width of the radial basis exp(−γ‖x − y‖²); null for 1 / (features · variance), scikit-learn's
    /// <c>scale</c>.</summary>
    public double? Gamma { get; init; }

    /// <summary>Regression: distance, in standard deviations of the target, that costs nothing.</summary>
    public double Epsilon { get; init; } = 0.1;

    /// <summary>Largest violation of optimality that is left, above 0.</summary>
    public double Tolerance { get; init; } = 1e-3;

    /// <inheritdoc/>
    public string Name => Linear ? "svm-linear" : "svm-rbf";

    /// <inheritdoc/>
    public FeatureOptions Features { get; init; } = new();

    /// <inheritdoc/>
    public bool Supports(TabularTask task) => true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are more than <see cref="MostRows"/> rows.</exception>
    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        var counts = Fitting.Check(this, features, target, weights);
        if (features.Rows > MostRows)
        {
            throw new ArgumentException(
                $"{Name}: expected at most {MostRows} rows, got {features.Rows}; take a sample, or logistic or ridge "
                    + $"regression.",
                nameof(features));
        }

        var gamma = Linear ? (double?)null : Gamma ?? Width(features);
        var kernel = new KernelRows(features, gamma);
        if (target.Task == TabularTask.Regression)
        {
            return Regression(features, target, counts, gamma, kernel, cancellationToken);
        }

        var classes = target.Classes.Count == 2 ? [1] : Enumerable.Range(0, target.Classes.Count).ToArray();
        var coefficients = new Matrix(classes.Length, features.Rows);
        var (rho, sigmoids) = (new double[classes.Length], new (double A, double B)[classes.Length]);
        ParallelLoop.For(
            classes.Length,
            c =>
            {
                var positive = Array.ConvertAll(target.Values, y => y == classes[c]);
                int[] all = [.. Enumerable.Range(0, features.Rows)];
                rho[c] = Solve(kernel, all, positive, counts, coefficients.Row(c), cancellationToken);
                sigmoids[c] =
                    PlattScaling.Fit(OutOfFold(kernel, positive, counts, cancellationToken), positive, counts);
            },
            cancellationToken: cancellationToken);
        return Model(features, coefficients, rho, gamma, sigmoids, 0, 1);
    }

    private static double Width(Matrix features)
    {
        var mean = features.Values.Average();
        var variance = features.Values.Average(v => (v - mean) * (v - mean));
        return variance > 0 ? 1 / (features.Columns * variance) : 1;
    }

    // Coefficients of the rows (0 for those left out) and the offset.
    private double Solve(
        KernelRows kernel, int[] rows, bool[] positive, double[] counts, Span<double> coefficients,
        CancellationToken cancellationToken)
    {
        var y = Array.ConvertAll(rows, r => positive[r] ? 1d : -1);
        if (!y.Contains(1) || !y.Contains(-1))
        {
            return y.Length == 0 || y[0] < 0 ? 1 : -1;    // A fold without one of the two: every decision is the other.
        }

        var (alpha, rho) = new SmoProblem(
            kernel, rows, y, Array.ConvertAll(y, static _ => -1d), Array.ConvertAll(rows, r => C * counts[r]))
            .Solve(Tolerance, cancellationToken);
        for (var i = 0; i < rows.Length; i++)
        {
            coefficients[rows[i]] = y[i] * alpha[i];
        }

        return rho;
    }

    private double[] OutOfFold(KernelRows kernel, bool[] positive, double[] counts, CancellationToken cancellationToken)
    {
        var (seen, folds) = (new int[2], new int[positive.Length]);
        for (var row = 0; row < folds.Length; row++)
        {
            folds[row] = seen[positive[row] ? 1 : 0]++ % PlattFolds;
        }

        var decisions = new double[positive.Length];
        for (var fold = 0; fold < PlattFolds; fold++)
        {
            int[] others = [.. Enumerable.Range(0, folds.Length).Where(r => folds[r] != fold)];
            var coefficients = new double[folds.Length];
            var rho = Solve(kernel, others, positive, counts, coefficients, cancellationToken);
            int[] supports = [.. others.Where(r => coefficients[r] != 0)];
            for (var row = 0; row < folds.Length; row++)
            {
                if (folds[row] == fold)
                {
                    var sum = -rho;
                    foreach (var support in supports)
                    {
                        sum += coefficients[support] * kernel[support][row];
                    }

                    decisions[row] = sum;
                }
            }
        }

        return decisions;
    }

    private SupportVectorModel Regression(
        Matrix features, Target target, double[] counts, double? gamma, KernelRows kernel,
        CancellationToken cancellationToken)
    {
        var n = features.Rows;
        var mean = target.Values.Average();
        var scale = Math.Sqrt(target.Values.Average(y => (y - mean) * (y - mean)));
        scale = scale > 0 ? scale : 1;
        int[] rows = [.. Enumerable.Range(0, 2 * n).Select(i => i % n)];
        double[] signs = [.. rows.Select((_, i) => i < n ? 1d : -1)];
        double[] linear = [.. rows.Select((r, i) => Epsilon - signs[i] * (target.Values[r] - mean) / scale)];
        var (alpha, rho) = new SmoProblem(kernel, rows, signs, linear, Array.ConvertAll(rows, r => C * counts[r]))
            .Solve(Tolerance, cancellationToken);
        var coefficients = new Matrix(1, n);
        for (var i = 0; i < n; i++)
        {
            coefficients[0, i] = alpha[i] - alpha[i + n];
        }

        return Model(features, coefficients, [rho], gamma, null, mean, scale);
    }

    private static SupportVectorModel Model(
        Matrix features, Matrix coefficients, double[] rho, double? gamma, (double, double)[]? sigmoids, double offset,
        double scale)
    {
        int[] supports =
            [.. Enumerable.Range(0, features.Rows).Where(r => coefficients.Column(r).Any(static c => c != 0))];
        var kept = new Matrix(coefficients.Rows, supports.Length);
        for (var i = 0; i < supports.Length; i++)
        {
            for (var c = 0; c < kept.Rows; c++)
            {
                kept[c, i] = coefficients[c, supports[i]];
            }
        }

        return new SupportVectorModel(features.Take(supports), kept, rho, gamma, sigmoids, offset, scale);
    }
}
