using MaaS.Onnx;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Features;

/// <summary>Columns of numbers, booleans and dates as numbers, missing ones as NaN.</summary>
internal sealed class NumberColumns
{
    private readonly (string Column, DateBlock? Date)[] _columns;

    private NumberColumns((string Column, DateBlock? Date)[] columns)
    {
        _columns = columns;
        Names = [.. columns.SelectMany(static c => c.Date?.Names ?? [c.Column])];
        Columns = [.. columns.SelectMany(static c => Enumerable.Repeat(c.Column, c.Date?.Names.Count ?? 1))];
    }

    /// <summary>What each number is called.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The column of each number.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The columns of training rows, and what their dates become.</summary>
    public static NumberColumns Fit(Table table, TableSchema schema, FeatureOptions options) => new(
    [
        .. schema.Columns.Where(static c => c.Kind is not (ColumnKind.Category or ColumnKind.Text))
            .Select(c => (c.Name, c.Kind == ColumnKind.Date
                ? DateBlock.Fit((NumberColumn)table[c.Name], options.Dates) : null)),
    ]);

    /// <summary>The numbers of rows.</summary>
    /// <returns>(rows, names).</returns>
    public Matrix Values(Table table)
    {
        var raw = new Matrix(table.Rows, Names.Count);
        var at = 0;
        foreach (var (name, date) in _columns)
        {
            var values = ((NumberColumn)table[name]).Values;
            var width = date?.Names.Count ?? 1;
            for (var row = 0; row < values.Length; row++)
            {
                if (date is not null)
                {
                    date.Fill(values[row], raw.Row(row).Slice(at, width));
                }
                else
                {
                    raw[row, at] = values[row];
                }
            }

            at += width;
        }

        return raw;
    }

    /// <summary>The same in ONNX, from inputs by column name.</summary>
    /// <returns>(N, names), float64.</returns>
    public string Write(GraphBuilder graph)
    {
        string[] parts =
        [
            .. _columns.Select(c => c.Date?.Write(graph, c.Column)
                ?? graph.Node("Unsqueeze", [c.Column, graph.Ints(1)])),
        ];
        return parts.Length == 1 ? parts[0] : graph.Node("Concat", parts, ("axis", 1));
    }
}
