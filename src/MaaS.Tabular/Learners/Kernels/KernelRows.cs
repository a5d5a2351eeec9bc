using System.Numerics.Tensors;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners.Kernels;

/// <summary>Rows of a kernel matrix, computed when asked for. Safe for many threads at once.</summary>
/// <param name="features">(rows, features).</param>
/// <param name="gamma">Of the radial basis exp(−γ‖x − y‖²); null for the linear kernel.</param>
internal sealed class KernelRows(Matrix features, double? gamma)
{
    private readonly double[]?[] _rows = new double[features.Rows][];

    /// <summary>The kernel of a row with every row.</summary>
    public double[] this[int row]
    {
        get
        {
            if (Volatile.Read(ref _rows[row]) is { } known)
            {
                return known;
            }

            var values = new double[features.Rows];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = Compute(features.Row(row), features.Row(i), gamma);
            }

            Volatile.Write(ref _rows[row], values);
            return values;
        }
    }

    public double Diagonal(int row) => gamma is null ? TensorPrimitives.SumOfSquares<double>(features.Row(row)) : 1;

    public static double Compute(ReadOnlySpan<double> x, ReadOnlySpan<double> y, double? gamma)
    {
        if (gamma is not { } g)
        {
            return TensorPrimitives.Dot(x, y);
        }

        var distance = TensorPrimitives.Distance(x, y);
        return Math.Exp(-g * distance * distance);
    }
}
