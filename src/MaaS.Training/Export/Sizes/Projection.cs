namespace MaaS.Training.Export.Sizes;

/// <summary>Takes out of a vector of numbers, one for each run, what some terms and a constant explain of it.</summary>
/// <remarks>Gauss–Jordan elimination in float64 on the differences from the first run: a filter before exact
/// checks.</remarks>
internal sealed class Projection
{
    private const double Tolerance = 1e-7;

    private readonly int _runs;
    private readonly double[][] _rows;        // each 1 at its pivot, 0 at those of the others
    private readonly double[][] _transform;   // the rows as combinations of the terms' differences
    private readonly int[] _pivots;

    private Projection(int runs, double[][] rows, double[][] transform, int[] pivots) =>
        (_runs, _rows, _transform, _pivots) = (runs, rows, transform, pivots);

    /// <summary>Prepares the elimination; null where the terms depend on each other in these runs.</summary>
    /// <param name="terms">Their numbers in the runs.</param>
    /// <param name="runs">How many of the runs count.</param>
    public static Projection? Of(IReadOnlyList<SizeTerm> terms, int runs)
    {
        int count = terms.Count;
        double[][] rows = [.. terms.Select(term => Differences(term.Values, runs))];
        double[][] transform = [.. Enumerable.Range(0, count).Select(i => Unit(i, count))];
        int[] pivots = new int[count];
        for (int row = 0; row < count; row++)
        {
            int pivot = Largest(rows[row]);
            double scale = rows[row][pivot];
            if (Math.Abs(scale) < Tolerance * (1 + Size(terms[row].Values)))
            {
                return null;
            }

            Divide(rows[row], scale);
            Divide(transform[row], scale);
            pivots[row] = pivot;
            for (int other = 0; other < count; other++)
            {
                if (other == row)
                {
                    continue;
                }

                double factor = rows[other][pivot];
                Subtract(rows[other], rows[row], factor);
                Subtract(transform[other], transform[row], factor);
            }
        }
        return new(runs, rows, transform, pivots);
    }

    /// <summary>A vector's differences from its first number.</summary>
    public static double[] Differences(long[] values, int runs)
    {
        double[] differences = new double[runs];
        for (int run = 1; run < runs; run++)
        {
            differences[run] = values[run] - values[0];
        }

        return differences;
    }

    /// <summary>What is left of differences in one run.</summary>
    public double Rest(double[] differences, int run)
    {
        double rest = differences[run];
        for (int row = 0; row < _rows.Length; row++)
        {
            rest -= differences[_pivots[row]] * _rows[row][run];
        }

        return rest;
    }

    /// <summary>What is left of differences in all runs; null where nothing is.</summary>
    public double[]? Rest(double[] differences)
    {
        double[] rest = new double[_runs];
        double largest = 0, size = 1;
        for (int run = 0; run < _runs; run++)
        {
            rest[run] = Rest(differences, run);
            largest = Math.Max(largest, Math.Abs(rest[run]));
            size = Math.Max(size, Math.Abs(differences[run]));
        }
        return largest < Tolerance * size ? null : rest;
    }

    /// <summary>The terms' factors in differences.</summary>
    public double[] Factors(double[] differences)
    {
        double[] factors = new double[_rows.Length];
        for (int row = 0; row < _rows.Length; row++)
        {
            for (int term = 0; term < factors.Length; term++)
            {
                factors[term] += differences[_pivots[row]] * _transform[row][term];
            }
        }
        return factors;
    }

    private static double Size(long[] values) => values.Max(static value => Math.Abs((double)value));

    private static double[] Unit(int index, int count)
    {
        double[] unit = new double[count];
        unit[index] = 1;
        return unit;
    }

    private static int Largest(double[] row)
    {
        int largest = 0;
        for (int run = 1; run < row.Length; run++)
        {
            if (Math.Abs(row[run]) > Math.Abs(row[largest]))
            {
                largest = run;
            }
        }
        return largest;
    }

    private static void Divide(double[] row, double by)
    {
        for (int i = 0; i < row.Length; i++)
        {
            row[i] /= by;
        }
    }

    private static void Subtract(double[] row, double[] other, double factor)
    {
        for (int i = 0; i < row.Length; i++)
        {
            row[i] -= factor * other[i];
        }
    }
}
