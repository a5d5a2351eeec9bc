using System.Collections;
using MaaS.Onnx;
using MaaS.Onnx.Inference;

namespace MaaS.Core.InputData;

/// <summary>
/// Inputs drawn at random, one run each, the same at every enumeration: floating-point numbers from N(0, 1); integers
/// that index a table (token ids) from its rows; masks all ones; other integers and booleans 0 or 1.
/// </summary>
/// <remarks>What is measured on them says how exact the arithmetic is, not how a model does on real data.</remarks>
public sealed class RandomInputs : IEnumerable<IReadOnlyDictionary<string, TensorValue>>
{
    private readonly IReadOnlyList<TensorSpec> _inputs;
    private readonly RandomInputOptions _options;
    private readonly Dictionary<string, long> _rows;
    private readonly Dictionary<string, long[]> _shapes;

    /// <summary>Decides shapes and ranges.</summary>
    /// <param name="model">The model, whose graph tells which integers index a table.</param>
    /// <param name="inputs">What it takes.</param>
    /// <param name="options">Sizes, values and seed; null for the defaults.</param>
    /// <exception cref="ArgumentException">A size or value belongs to no axis or input, or an input takes
    /// texts.</exception>
    public RandomInputs(OnnxModel model, IReadOnlyList<TensorSpec> inputs, RandomInputOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        _inputs = inputs;
        _options = options ?? new();
        if (inputs.FirstOrDefault(static input => input.Type == ElementType.String) is { } text)
        {
            throw new ArgumentException(
                $"random inputs: expected numbers, got the input {text}; give real data", nameof(inputs));
        }
        var shapes = new RandomShapes(inputs, _options.Sizes);
        _shapes = inputs.ToDictionary(static input => input.Name, shapes.Of);
        _rows = inputs.ToDictionary(static input => input.Name, input => IndexedRows.Of(model.Graph, input.Name));
        string[] unknown = [.. _options.Fills.Keys.Except(inputs.Select(static input => input.Name))];
        if (unknown.Length > 0)
        {
            throw new ArgumentException(
                $"random inputs: expected values for the inputs "
                + $"{string.Join(", ", inputs.Select(static input => input.Name))}, got {string.Join(", ", unknown)}",
                nameof(options));
        }
    }

    /// <summary>The shapes that were chosen, as <c>x float32[1,3,224,224]</c>.</summary>
    public string Shapes => string.Join("; ", _inputs.Select(input =>
        $"{input.Name} {input.Type.Name()}{TensorShape.Format(_shapes[input.Name])}"));

    /// <inheritdoc/>
    public IEnumerator<IReadOnlyDictionary<string, TensorValue>> GetEnumerator()
    {
        var random = new Random(_options.Seed);
        for (int i = 0; i < _options.Runs; i++)
        {
            yield return _inputs.ToDictionary(static input => input.Name, input => Draw(input, random));
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private TensorValue Draw(TensorSpec input, Random random)
    {
        var shape = _shapes[input.Name];
        var values = new double[TensorShape.Count(shape)];
        if (_options.Fills.TryGetValue(input.Name, out double fill))
        {
            Array.Fill(values, fill);
        }
        else if (input.Type is ElementType.Float16 or ElementType.BFloat16
            or ElementType.Float32 or ElementType.Float64)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
                    * Math.Cos(2 * Math.PI * random.NextDouble());
            }
        }
        else if (input.Name.Contains("mask", StringComparison.OrdinalIgnoreCase))
        {
            Array.Fill(values, 1);
        }
        else
        {
            // An int8 input cannot hold the index of a later row.
            long rows = Math.Min(_rows[input.Name], Greatest(input.Type));
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = random.NextInt64(rows);
            }
        }
        return RandomTensor.Of(input, values, shape);
    }

    private static long Greatest(ElementType type) => type switch
    {
        ElementType.Bool => 2,
        ElementType.Int8 => sbyte.MaxValue,
        ElementType.UInt8 => byte.MaxValue,
        ElementType.Int16 => short.MaxValue,
        _ => int.MaxValue,
    };
}
