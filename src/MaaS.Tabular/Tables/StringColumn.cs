namespace MaaS.Tabular.Tables;

/// <summary>Categories or texts; null is a missing cell.</summary>
public sealed class StringColumn : Column
{
    private readonly string?[] _values;

    /// <summary>A column over an array, which is not copied.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="values">One a row; null where it is missing. No value is empty: in files and requests an empty
    /// text is a missing one.</param>
    /// <param name="kind">Category or text.</param>
    /// <exception cref="ArgumentException">A value is empty, or the kind is held as numbers.</exception>
    public StringColumn(string name, string?[] values, ColumnKind kind = ColumnKind.Category)
        : base(name, kind)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (kind is not (ColumnKind.Category or ColumnKind.Text))
        {
            throw new ArgumentException(
                $"column '{name}': expected category or text, got {kind}; use NumberColumn.", nameof(kind));
        }

        if (Array.IndexOf(values, "") is >= 0 and var row)
        {
            throw new ArgumentException(
                $"row {row + 1}, column '{name}': expected a text or null for a missing one, got an empty text.",
                nameof(values));
        }

        _values = values;
    }

    /// <summary>The cells; null where one is missing.</summary>
    public ReadOnlySpan<string?> Values => _values;

    /// <inheritdoc/>
    public override int Count => _values.Length;

    /// <inheritdoc/>
    public override bool IsMissing(int row) => _values[row] is null;

    /// <inheritdoc/>
    public override string? Text(int row) => _values[row];

    /// <inheritdoc/>
    public override Column Take(ReadOnlySpan<int> rows)
    {
        var taken = new string?[rows.Length];
        for (var i = 0; i < taken.Length; i++)
        {
            taken[i] = _values[rows[i]];
        }

        return new StringColumn(Name, taken, Kind);
    }
}
