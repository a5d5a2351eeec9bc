using MaaS.Tabular.Features;
using MaaS.Tabular.Samples;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using Matrix = MaaS.Tabular.Samples.Matrix;

namespace MaaS.Tabular.Learners.Linear;

/// <summary>Linear regression: least squares, ridge, lasso and elastic net.</summary>
/// <remarks>Minimises ½ Σ weight · (y − x·w − b)² + L1 · ‖w‖₁ + ½ L2 · ‖w‖². scikit-learn's <c>Ridge(alpha)</c> is L2 =
/// alpha; its <c>Lasso(alpha)</c> is L1 = rows · alpha.</remarks>
public sealed class LinearRegression : ILearner
{
    /// <summary>Strength of the penalty on absolute weights, 0 or more.</summary>
    public double L1 { get; init; }

    /// <summary>Strength of the penalty on squared weights, 0 or more.</summary>
    public double L2 { get; init; } = 1;

    /// <inheritdoc/>
    public string Name => (L1, L2) switch
    {
        (0, 0) => "least-squares",
        (0, _) => "ridge",
        (_, 0) => "lasso",
        _ => "elastic-net",
    };

    /// <inheritdoc/>
    public FeatureOptions Features { get; init; } = new();

    /// <inheritdoc/>
    public bool Supports(TabularTask task) => task == TabularTask.Regression;

    /// <inheritdoc/>
    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        var counts = Fitting.Check(this, features, target, weights);
        var sum = counts.Sum();
        var x = DenseMatrix.Create(features.Rows, features.Columns, (r, c) => features[r, c]);
        var w = DenseVector.OfArray(counts);
        var means = x.TransposeThisAndMultiply(w) / sum;
        var mean = w.DotProduct(DenseVector.OfArray(target.Values)) / sum;

        // Rows centred and scaled by the root of their weight.
        var centred =
            DenseMatrix.Create(x.RowCount, x.ColumnCount, (r, c) => (x[r, c] - means[c]) * Math.Sqrt(counts[r]));
        var y = DenseVector.Create(x.RowCount, r => (target.Values[r] - mean) * Math.Sqrt(counts[r]));
        var gram = centred.TransposeThisAndMultiply(centred);
        var products = centred.TransposeThisAndMultiply(y);
        cancellationToken.ThrowIfCancellationRequested();
        var solution = L1 > 0 ? new ElasticNet(gram, products, L1, L2).Solve(cancellationToken)
                ?? throw new InvalidOperationException(
                    $"{Name}: no convergence in at most {ElasticNet.MostSweeps} sweeps; scale the features "
                        + "or raise L2.")
            : Closed(gram, products);
        return new LinearModel(
            new Matrix(1, features.Columns, solution.ToArray()), [mean - means.DotProduct(solution)], Link.Identity);
    }

    // By eigenvalues: directions in which the rows do not vary get no weight, which is the shortest of all solutions.
    private Vector<double> Closed(Matrix<double> gram, Vector<double> products)
    {
        var eigen = gram.Evd(Symmetricity.Symmetric);
        var values = eigen.EigenValues.Map(static v => v.Real);
        var least = values.AbsoluteMaximum() * gram.RowCount * 2.220446049250313e-16;
        var along = eigen.EigenVectors.TransposeThisAndMultiply(products);
        return eigen.EigenVectors * DenseVector.Create(
            values.Count, i => values[i] > least ? along[i] / (values[i] + L2) : 0);
    }
}
