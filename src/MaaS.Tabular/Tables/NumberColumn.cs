namespace MaaS.Tabular.Tables;

/// <summary>Numbers, booleans (0 and 1) or dates (seconds since 1970-01-01T00:00:00); NaN is a missing cell.</summary>
public sealed class NumberColumn : Column
{
    private readonly double[] _values;

    /// <summary>A column over an array, which is not copied.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="values">One a row; NaN where it is missing.</param>
    /// <param name="kind">Number, boolean or date.</param>
    /// <exception cref="ArgumentException">A value is infinite, a boolean is neither 0 nor 1, or the kind is held as
    /// text.</exception>
    public NumberColumn(string name, double[] values, ColumnKind kind = ColumnKind.Number)
        : base(name, kind)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (kind is ColumnKind.Category or ColumnKind.Text)
        {
            throw new ArgumentException(
                $"column '{name}': expected a kind that is held as numbers, got {kind}; use StringColumn.",
                nameof(kind));
        }

        for (var row = 0; row < values.Length; row++)
        {
            if (double.IsInfinity(values[row])
                || (kind == ColumnKind.Boolean && values[row] is not (0 or 1 or double.NaN)))
            {
                throw new ArgumentException(
                    $"row {row + 1}, column '{name}': expected "
                    + $"{(kind == ColumnKind.Boolean ? "0, 1" : "a finite number")} or NaN, got {values[row]}.",
                    nameof(values));
            }
        }

        _values = values;
    }

    /// <summary>The cells; NaN where one is missing.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Whether each number is above a limit; a missing one stays missing.</summary>
    /// <exception cref="InvalidOperationException">The column holds no numbers.</exception>
    public NumberColumn Above(double limit) => Kind == ColumnKind.Number
        ? new NumberColumn(
            Name, Array.ConvertAll(_values, v => double.IsNaN(v) ? v : v > limit ? 1 : 0), ColumnKind.Boolean)
        : throw new InvalidOperationException($"column '{Name}': expected numbers, got {Kind}.");

    /// <inheritdoc/>
    public override int Count => _values.Length;

    /// <inheritdoc/>
    public override bool IsMissing(int row) => double.IsNaN(_values[row]);

    /// <inheritdoc/>
    public override string? Text(int row) => IsMissing(row) ? null : CellText.Write(Kind, _values[row]);

    /// <inheritdoc/>
    public override Column Take(ReadOnlySpan<int> rows)
    {
        var taken = new double[rows.Length];
        for (var i = 0; i < taken.Length; i++)
        {
            taken[i] = _values[rows[i]];
        }

        return new NumberColumn(Name, taken, Kind);
    }
}
