using MaaS.Onnx;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Tabular.Features;

/// <summary>The way from the columns of a table to features, fitted on training rows.</summary>
public sealed class FittedFeatures
{
    private readonly ColumnSchema[] _numbers;
    private readonly NumberStage _stage;
    private readonly CategoryBlock[] _categories;

    private FittedFeatures(TableSchema schema, ColumnSchema[] numbers, NumberStage stage, CategoryBlock[] categories)
    {
        (Schema, _numbers, _stage, _categories) = (schema, numbers, stage, categories);
        Names = [.. stage.Names(RawNames(numbers)), .. categories.SelectMany(static c => c.Names)];
    }

    /// <summary>The columns that are used: numbers, booleans, dates and categories. Texts are not.</summary>
    public TableSchema Schema { get; }

    /// <summary>What each feature is called.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Fits features on training rows, and makes those of the same rows.</summary>
    /// <param name="table">The training rows, without the label.</param>
    /// <param name="target">Their labels, for target encoding.</param>
    /// <param name="options">What to do; null for the defaults.</param>
    /// <returns>The fitted way, and (rows, features) to train on: where target encoding is used no row's features hold
    /// its own label.</returns>
    /// <exception cref="InvalidDataException">The table has texts alone, or a column without any value.</exception>
    public static (FittedFeatures Features, Matrix Training) Fit(
        Table table, Target target, FeatureOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(target);
        options ??= new FeatureOptions();
        var schema = new TableSchema([.. TableSchema.Of(table).Columns.Where(static c => c.Kind != ColumnKind.Text)]);
        ColumnSchema[] numbers = [.. schema.Columns.Where(static c => c.Kind != ColumnKind.Category)];
        var raw = Raw(table, numbers);
        var stage = NumberStage.Fit(raw, options);
        var fits = schema.Columns.Where(static c => c.Kind == ColumnKind.Category)
            .Select(c => CategoryFit.Fit((StringColumn)table[c.Name], target, options)).ToArray();
        var features = new FittedFeatures(schema, numbers, stage, Array.ConvertAll(fits, static f => f.Block));
        return features.Names.Count == 0
            ? throw new InvalidDataException(
                "features: expected a column of numbers, categories, booleans or dates, got none.")
            : (features, features.Join(raw, Array.ConvertAll(fits, static f => f.Training)));
    }

    /// <summary>The features of other rows.</summary>
    /// <returns>(rows, features).</returns>
    /// <exception cref="KeyNotFoundException">A column is missing.</exception>
    /// <exception cref="InvalidDataException">A column is of another kind than in training.</exception>
    public Matrix Transform(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        foreach (var column in Schema.Columns)
        {
            if (table[column.Name].Kind != column.Kind)
            {
                throw new InvalidDataException(
                    $"column '{column.Name}': expected {column.Kind} as in training, got {table[column.Name].Kind}.");
            }
        }

        return Join(
            Raw(table, _numbers),
            Array.ConvertAll(_categories, c => CategoryFit.Encode(c, (StringColumn)table[c.Column])));
    }

    /// <summary>Writes inputs by column name, and the features made of them.</summary>
    /// <param name="graph">Gets the nodes.</param>
    /// <param name="shape">The shape of each input: one value a row.</param>
    /// <returns>(N, features), float64.</returns>
    internal string Write(GraphBuilder graph, OnnxDimension[] shape)
    {
        var inputs = Schema.Columns.ToDictionary(
            static c => c.Name,
            c => graph.AddInput(
                c.Name, c.Kind is ColumnKind.Category or ColumnKind.Date ? DataType.String : DataType.Double, shape),
            StringComparer.Ordinal);
        List<string> parts = [];
        if (_numbers.Length > 0)
        {
            List<string> raw = [];
            foreach (var column in _numbers)
            {
                raw.Add(column.Kind == ColumnKind.Date
                    ? DateParts.Write(graph, inputs[column.Name])
                    : graph.Node("Unsqueeze", [inputs[column.Name], graph.Ints(1)]));
            }

            parts.Add(_stage.Write(graph, raw.Count == 1 ? raw[0] : graph.Node("Concat", raw.ToArray(), ("axis", 1))));
        }

        parts.AddRange(_categories.Select(c => c.Write(graph, inputs[c.Column])));
        return parts.Count == 1 ? parts[0] : graph.Node("Concat", parts.ToArray(), ("axis", 1));
    }

    private Matrix Join(Matrix raw, Matrix[] categories)
    {
        var features = new Matrix(raw.Rows, Names.Count);
        for (var row = 0; row < raw.Rows; row++)
        {
            var into = features.Row(row);
            _stage.Apply(raw.Row(row), into[.._stage.Width]);
            var at = _stage.Width;
            foreach (var category in categories)
            {
                category.Row(row).CopyTo(into[at..]);
                at += category.Columns;
            }
        }

        return features;
    }

    private static Matrix Raw(Table table, ColumnSchema[] numbers)
    {
        var raw = new Matrix(table.Rows, RawNames(numbers).Length);
        var at = 0;
        foreach (var column in numbers)
        {
            var values = ((NumberColumn)table[column.Name]).Values;
            for (var row = 0; row < values.Length; row++)
            {
                if (column.Kind == ColumnKind.Date)
                {
                    DateParts.Fill(values[row], raw.Row(row).Slice(at, DateParts.Names.Length));
                }
                else
                {
                    raw[row, at] = values[row];
                }
            }

            at += column.Kind == ColumnKind.Date ? DateParts.Names.Length : 1;
        }

        return raw;
    }

    private static string[] RawNames(ColumnSchema[] numbers) =>
    [
        .. numbers.SelectMany(static c => c.Kind == ColumnKind.Date
            ? DateParts.Names.Select(part => $"{c.Name} {part}") : [c.Name]),
    ];
}
