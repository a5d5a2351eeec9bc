namespace MaaS.Tabular.Tables;

/// <summary>Columns of equal length under distinct names. Tables do not change; steps make new ones.</summary>
public sealed class Table
{
    private readonly Dictionary<string, Column> _byName;

    /// <summary>A table of columns.</summary>
    /// <exception cref="ArgumentException">No column, a name twice, or columns of different lengths.</exception>
    public Table(IEnumerable<Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        Columns = [.. columns];
        if (Columns.Count == 0)
        {
            throw new ArgumentException("table: expected at least one column, got none.", nameof(columns));
        }

        _byName = new Dictionary<string, Column>(StringComparer.Ordinal);
        foreach (var column in Columns)
        {
            if (!_byName.TryAdd(column.Name, column))
            {
                throw new ArgumentException(
                    $"table: expected distinct column names, got '{column.Name}' twice.", nameof(columns));
            }

            if (column.Count != Columns[0].Count)
            {
                throw new ArgumentException(
                    $"table: expected {Columns[0].Count} rows as in column '{Columns[0].Name}', got {column.Count} in "
                        + $"'{column.Name}'.", nameof(columns));
            }
        }
    }

    /// <summary>The columns, in order.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>Number of rows.</summary>
    public int Rows => Columns[0].Count;

    /// <summary>The column of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those that are there.</exception>
    public Column this[string name] => _byName.TryGetValue(name, out var column) ? column
        : throw new KeyNotFoundException(
            $"table: expected a column '{name}', found "
                + $"{string.Join(", ", Columns.Select(static c => $"'{c.Name}'"))}.");

    /// <summary>Whether there is a column of that name.</summary>
    public bool Has(string name) => _byName.ContainsKey(name);

    /// <summary>The given rows, in their order.</summary>
    public Table Take(ReadOnlySpan<int> rows)
    {
        var columns = new Column[Columns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Columns[i].Take(rows);
        }

        return new Table(columns);
    }

    /// <summary>The table without the named columns.</summary>
    /// <exception cref="KeyNotFoundException">A name is no column.</exception>
    public Table Without(params IEnumerable<string> names)
    {
        var left = names.Select(name => this[name]).ToHashSet();
        return new Table(Columns.Where(c => !left.Contains(c)));
    }

    /// <summary>The table with one column in the place of another of the same name.</summary>
    public Table With(Column column)
    {
        ArgumentNullException.ThrowIfNull(column);
        var old = this[column.Name];
        return new Table(Columns.Select(c => c == old ? column : c));
    }

    /// <summary>The rows of tables of the same columns, one behind the other.</summary>
    internal static Table Concat(IReadOnlyList<Table> parts) => new(parts[0].Columns.Select((first, i) =>
    {
        var columns = parts.Select(p => p.Columns[i]).ToArray();
        return first is NumberColumn
            ? new NumberColumn(
                first.Name, [.. columns.SelectMany(static c => ((NumberColumn)c).Values.ToArray())], first.Kind)
            : (Column)new StringColumn(
                first.Name, [.. columns.SelectMany(static c => ((StringColumn)c).Values.ToArray())], first.Kind);
    }));
}
