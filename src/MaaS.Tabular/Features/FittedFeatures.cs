using MaaS.Onnx;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Features;

/// <summary>The way from the columns of a table to features, fitted on training rows.</summary>
public sealed class FittedFeatures
{
    private readonly NumberColumns _numbers;
    private readonly NumberStage _stage;
    private readonly IStringBlock[] _strings;

    private FittedFeatures(TableSchema schema, NumberColumns numbers, NumberStage stage, IStringBlock[] strings)
    {
        (Schema, _numbers, _stage, _strings) = (schema, numbers, stage, strings);
        Names = [.. stage.Names(numbers.Names), .. strings.SelectMany(static c => c.Names)];
        Cardinalities =
        [
            .. Enumerable.Repeat(0, stage.Width), .. strings.SelectMany(static c => c.Names.Select(
                _ => c is CategoryBlock { IsOrdinal: true } block ? block.Categories.Count : 0)),
        ];
        Columns = [.. stage.Columns(numbers.Columns), .. strings.SelectMany(static c => c.Names.Select(_ => c.Column))];
    }

    /// <summary>The columns that are used: all but texts without a word that comes again.</summary>
    public TableSchema Schema { get; }

    /// <summary>What each feature is called.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The column that each feature is made of; two for a product, with × between.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>How many categories each feature counts (ordinal encoding), from 0 on and −1 for others; 0 for a
    /// feature that is a number.</summary>
    public IReadOnlyList<int> Cardinalities { get; }

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
        options.Check();
        var schema = TableSchema.Of(table);
        var numbers = NumberColumns.Fit(table, schema, options);
        var raw = numbers.Values(table);
        var stage = NumberStage.Fit(raw, options);
        List<(IStringBlock Block, Matrix Training)> fits = [];
        foreach (var column in schema.Columns.Where(static c => c.Kind == ColumnKind.Category))
        {
            fits.Add(CategoryFit.Fit((StringColumn)table[column.Name], target, options));
        }

        foreach (var column in schema.Columns.Where(c => c.Kind == ColumnKind.Text && options.TextTerms > 0))
        {
            var texts = (StringColumn)table[column.Name];
            if (TextBlock.Fit(texts, options.TextTerms) is { } block)
            {
                fits.Add((block, CategoryFit.Encode(block, texts)));
            }
        }

        var used = fits.Select(static f => f.Block.Column).ToHashSet(StringComparer.Ordinal);
        schema = new TableSchema(
            [.. schema.Columns.Where(c => c.Kind is not (ColumnKind.Category or ColumnKind.Text)
                || used.Contains(c.Name))]);
        var features = new FittedFeatures(schema, numbers, stage, [.. fits.Select(static f => f.Block)]);
        return features.Names.Count == 0
            ? throw new InvalidDataException(
                "features: expected a column of numbers, categories, booleans, dates, or texts with words that come "
                    + "again, got none.")
            : (features, features.Join(raw, [.. fits.Select(static f => f.Training)]));
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
            _numbers.Values(table),
            Array.ConvertAll(_strings, c => CategoryFit.Encode(c, (StringColumn)table[c.Column])));
    }

    /// <summary>Writes features, made of inputs that the graph has by column name.</summary>
    /// <returns>(N, features), float64.</returns>
    internal string Write(GraphBuilder graph)
    {
        List<string> parts = [];
        if (_numbers.Names.Count > 0)
        {
            parts.Add(_stage.Write(graph, _numbers.Write(graph)));
        }

        parts.AddRange(_strings.Select(c => c.Write(graph, c.Column)));
        return parts.Count == 1 ? parts[0] : graph.Node("Concat", parts.ToArray(), ("axis", 1));
    }

    private Matrix Join(Matrix raw, Matrix[] strings)
    {
        var features = new Matrix(raw.Rows, Names.Count);
        for (var row = 0; row < raw.Rows; row++)
        {
            var into = features.Row(row);
            _stage.Apply(raw.Row(row), into[.._stage.Width]);
            var at = _stage.Width;
            foreach (var part in strings)
            {
                part.Row(row).CopyTo(into[at..]);
                at += part.Columns;
            }
        }

        return features;
    }
}
