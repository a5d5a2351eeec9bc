using MaaS.Text.Terms;

namespace MaaS.Training.Baselines;

/// <summary>A matrix of which only the values that are not 0 are kept, row by row.</summary>
/// <param name="columns">Number of columns.</param>
internal sealed class SparseRows(int columns)
{
    private readonly List<int> _starts = [0];
    private readonly List<int> _indices = [];
    private readonly List<double> _values = [];

    public int Count => _starts.Count - 1;

    public int Columns { get; } = columns;

    /// <summary>One row a text; a text without known terms is all 0.</summary>
    public static SparseRows Of(TfIdf terms, IEnumerable<string> texts, CancellationToken cancellationToken = default)
    {
        var rows = new SparseRows(terms.Count);
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.Add(terms.Transform(text));
        }

        return rows;
    }

    public void Add(IEnumerable<(int Column, double Value)> row)
    {
        foreach (var (column, value) in row)
        {
            _indices.Add(column);
            _values.Add(value);
        }

        _starts.Add(_indices.Count);
    }

    /// <summary>The product of a row and a vector.</summary>
    public double Dot(int row, ReadOnlySpan<double> vector)
    {
        var sum = 0.0;
        for (var i = _starts[row]; i < _starts[row + 1]; i++)
        {
            sum += _values[i] * vector[_indices[i]];
        }

        return sum;
    }

    /// <summary>Adds a multiple of a row to a vector.</summary>
    public void AddTo(Span<double> vector, int row, double factor)
    {
        for (var i = _starts[row]; i < _starts[row + 1]; i++)
        {
            vector[_indices[i]] += factor * _values[i];
        }
    }

    /// <summary>The values of a row by column.</summary>
    public IEnumerable<(int Column, double Value)> Row(int row)
        => Enumerable.Range(_starts[row], _starts[row + 1] - _starts[row]).Select(i => (_indices[i], _values[i]));
}
