namespace MaaS.Tabular.Samples;

/// <summary>Numbers in rows and columns, row after row.</summary>
public sealed class Matrix
{
    /// <summary>A matrix over an array, which is not copied.</summary>
    /// <param name="rows">0 or more.</param>
    /// <param name="columns">0 or more.</param>
    /// <param name="values">Exactly rows × columns.</param>
    /// <exception cref="ArgumentException">The number of values differs.</exception>
    public Matrix(int rows, int columns, double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (rows < 0 || columns < 0 || (long)rows * columns != values.Length)
        {
            throw new ArgumentException(
                $"matrix: expected {rows} × {columns} values, got {values.Length}.", nameof(values));
        }

        (Rows, Columns, Values) = (rows, columns, values);
    }

    /// <summary>A matrix of zeros.</summary>
    public Matrix(int rows, int columns)
        : this(rows, columns, new double[checked(rows * columns)])
    {
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>All values, row-major; the matrix's own memory.</summary>
    internal double[] Values { get; }

    /// <summary>One value.</summary>
    public double this[int row, int column]
    {
        get => Values[row * Columns + column];
        set => Values[row * Columns + column] = value;
    }

    /// <summary>A row; the matrix's own memory.</summary>
    public Span<double> Row(int row) => Values.AsSpan(row * Columns, Columns);

    /// <summary>A copy of a column.</summary>
    public double[] Column(int column)
    {
        var values = new double[Rows];
        for (var row = 0; row < Rows; row++)
        {
            values[row] = this[row, column];
        }

        return values;
    }

    /// <summary>The given rows, in their order.</summary>
    public Matrix Take(ReadOnlySpan<int> rows)
    {
        var taken = new Matrix(rows.Length, Columns);
        for (var i = 0; i < rows.Length; i++)
        {
            Row(rows[i]).CopyTo(taken.Row(i));
        }

        return taken;
    }

    /// <summary>The given columns, in their order.</summary>
    public Matrix TakeColumns(ReadOnlySpan<int> columns)
    {
        var taken = new Matrix(Rows, columns.Length);
        for (var row = 0; row < Rows; row++)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                taken[row, i] = this[row, columns[i]];
            }
        }

        return taken;
    }
}
