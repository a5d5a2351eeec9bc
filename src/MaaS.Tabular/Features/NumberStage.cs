using MaaS.Onnx;
using MaaS.Tabular.Samples;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Tabular.Features;

/// <summary>Imputation, transform and scaling or bins of all numbers at once, the features that say what is missing,
/// and products.</summary>
internal sealed class NumberStage
{
    private const int MostOnStack = 256;

    private readonly FeatureOptions _options;
    private readonly double[] _fill;
    private readonly double[] _lambda;
    private readonly double[] _center;
    private readonly double[] _scale;
    private readonly int[] _indicated;
    private Binning? _bins;
    private Interactions? _products;

    private NumberStage(FeatureOptions options, int columns, int[] indicated)
    {
        (_options, _indicated) = (options, indicated);
        (_fill, _lambda, _center, _scale) =
            (new double[columns], new double[columns], new double[columns], new double[columns]);
    }

    /// <summary>Number of features.</summary>
    public int Width => Values + _indicated.Length + (_products?.Width ?? 0);

    private int Values => _bins?.Width ?? _fill.Length;

    public static NumberStage Fit(Matrix raw, FeatureOptions options)
    {
        var indicated = options.MissingIndicator && options.Imputation != Imputation.None
            ? Enumerable.Range(0, raw.Columns).Where(c => raw.Column(c).Any(double.IsNaN)).ToArray() : [];
        var stage = new NumberStage(options, raw.Columns, indicated);
        for (var c = 0; c < raw.Columns; c++)
        {
            stage.Fit(c, raw.Column(c));
        }

        if (options.Bins is { } bins)
        {
            stage._bins = Binning.Fit([.. Enumerable.Range(0, raw.Columns).Select(c => stage.Filled(c, raw))], bins);
        }

        stage._products = options.Interactions ? new Interactions(stage.Values) : null;
        return stage;
    }

    public IEnumerable<string> Names(IReadOnlyList<string> raw)
    {
        IReadOnlyList<string> values = _bins is null ? raw : [.. _bins.Names(raw)];
        return values.Concat(_indicated.Select(c => $"{raw[c]} missing")).Concat(_products?.Names(values) ?? []);
    }

    /// <summary>The column of each feature.</summary>
    public IEnumerable<string> Columns(IReadOnlyList<string> raw)
    {
        IReadOnlyList<string> values = _bins is null ? raw : [.. _bins.Columns(raw)];
        return values.Concat(_indicated.Select(c => raw[c])).Concat(_products?.Names(values) ?? []);
    }

    public void Apply(ReadOnlySpan<double> raw, Span<double> features)
    {
        if (_bins is null)
        {
            for (var c = 0; c < raw.Length; c++)
            {
                features[c] = (Filled(c, raw[c]) - _center[c]) / _scale[c];
            }
        }
        else
        {
            Span<double> filled = raw.Length <= MostOnStack ? stackalloc double[raw.Length] : new double[raw.Length];
            for (var c = 0; c < raw.Length; c++)
            {
                filled[c] = Filled(c, raw[c]);
            }

            _bins.Fill(filled, features);
        }

        for (var i = 0; i < _indicated.Length; i++)
        {
            features[Values + i] = double.IsNaN(raw[_indicated[i]]) ? 1 : 0;
        }

        _products?.Fill(features[..Values], features[(Values + _indicated.Length)..]);
    }

    /// <summary>The same in ONNX.</summary>
    /// <param name="graph">Gets the nodes.</param>
    /// <param name="raw">(N, columns), float64.</param>
    /// <returns>(N, <see cref="Width"/>), float64.</returns>
    public string Write(GraphBuilder graph, string raw)
    {
        var missing = graph.Node("IsNaN", [raw]);
        var value = _options.Imputation == Imputation.None
            ? raw : graph.Node("Where", [missing, Row(graph, _fill), raw]);
        value = WriteTransform(graph, value);
        if (_bins is not null)
        {
            value = _bins.Write(graph, value);
        }
        else if (_options.Scaling != Scaling.None)
        {
            value = graph.Node("Div", [graph.Node("Sub", [value, Row(graph, _center)]), Row(graph, _scale)]);
        }

        List<string> parts = [value];
        if (_indicated.Length > 0)
        {
            var indicated = graph.Node(
                "Gather", [missing, graph.Ints(Array.ConvertAll(_indicated, static i => (long)i))], ("axis", 1));
            parts.Add(graph.Node("Cast", [indicated], ("to", (int)DataType.Double)));
        }

        if (_products is { Width: > 0 })
        {
            parts.Add(_products.Write(graph, value));
        }

        return parts.Count == 1 ? value : graph.Node("Concat", parts.ToArray(), ("axis", 1));
    }

    private double[] Filled(int c, Matrix raw) => Array.ConvertAll(raw.Column(c), v => Filled(c, v));

    private double Filled(int c, double value) => Transform(c, double.IsNaN(value) ? _fill[c] : value);

    private void Fit(int c, double[] values)
    {
        _fill[c] = Imputer.Fill(_options.Imputation, values);
        var known = values.Select(v => double.IsNaN(v) ? _fill[c] : v).Where(static v => !double.IsNaN(v)).ToArray();
        _lambda[c] = _options.Transform == NumberTransform.YeoJohnson ? YeoJohnson.Fit(known) : 1;
        known = Array.ConvertAll(known, v => Transform(c, v));
        (_center[c], _scale[c]) = known.Length == 0 ? (0, 1) : Scale(known);
        _scale[c] = _scale[c] is 0 or double.NaN ? 1 : _scale[c];
    }

    private (double Center, double Scale) Scale(double[] values)
    {
        switch (_options.Scaling)
        {
            case Scaling.None:
                return (0, 1);
            case Scaling.Standard:
                var mean = values.Average();
                var deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
                // What is left of a constant column's deviation is rounding.
                return (mean, deviation < 1e-14 * Math.Abs(mean) ? 0 : deviation);
            case Scaling.MinMax:
                return (values.Min(), values.Max() - values.Min());
            default:
                Array.Sort(values);
                return (
                    Quantiles.At(values, 0.5), Quantiles.At(values, 0.75) - Quantiles.At(values, 0.25));
        }
    }

    // Rounded to float32: the last digits of logarithms and powers are not the same in every implementation, and a row
    // that stands on a tree's threshold (scaled medians and means are 0) must fall the same way in all.
    private double Transform(int c, double x) => _options.Transform switch
    {
        NumberTransform.Log => (float)Math.CopySign(Math.Log(1 + Math.Abs(x)), x),
        NumberTransform.YeoJohnson => (float)YeoJohnson.Apply(x, _lambda[c]),
        _ => x,
    };

    private string WriteTransform(GraphBuilder graph, string x)
    {
        var one = graph.Scalar(1d);
        switch (_options.Transform)
        {
            case NumberTransform.Log:
                return Rounded(graph.Node(
                    "Mul",
                    [
                        graph.Node("Sign", [x]),
                        graph.Node("Log", [graph.Node("Add", [graph.Node("Abs", [x]), one])]),
                    ]));
            case NumberTransform.YeoJohnson:
                var zero = graph.Scalar(0d);
                // Each half is zero where the other one holds.
                var above = Half(graph.Node("Add", [graph.Node("Max", [x, zero]), one]), _lambda);
                var below = Half(
                    graph.Node("Sub", [one, graph.Node("Min", [x, zero])]),
                    Array.ConvertAll(_lambda, static l => 2 - l));
                return Rounded(graph.Node("Sub", [above, below]));
            default:
                return x;
        }

        string Rounded(string value) => graph.Node(
            "Cast", [graph.Node("Cast", [value], ("to", (int)DataType.Float))], ("to", (int)DataType.Double));

        string Half(string shifted, double[] power)
        {
            var safe = Row(graph, Array.ConvertAll(power, static p => p == 0 ? 1 : p));
            var powers = graph.Node("Div", [graph.Node("Sub", [graph.Node("Pow", [shifted, safe]), one]), safe]);
            return power.Contains(0)
                ? graph.Node(
                    "Where",
                    [
                        graph.Constant<bool>(Array.ConvertAll(power, static p => p == 0), power.Length),
                        graph.Node("Log", [shifted]), powers,
                    ])
                : powers;
        }
    }

    private static string Row(GraphBuilder graph, double[] values) => graph.Constant<double>(values, values.Length);
}
