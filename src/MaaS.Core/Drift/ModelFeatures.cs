using MaaS.Core.Packages;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Drift;

/// <summary>
/// What is watched of each row of a model's inputs and outputs. Few columns are watched one by one; of wide rows, as
/// images are, the mean, the standard deviation, the extremes and the share of zeros are; of texts
/// <see cref="TextFeatures"/> are.
/// </summary>
public static class ModelFeatures
{
    /// <summary>Rows of more elements than this are watched by their summary.</summary>
    public const int MostColumns = 64;

    private static readonly string[] Summary = ["mean", "std", "min", "max", "zeros"];

    /// <summary>Names of the features of one row, in the order of <see cref="Extract"/>.</summary>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="tensors">One set of input values, which tells the sizes that the model leaves open.</param>
    /// <param name="text">Makes tokens of texts; null where the inputs are no texts.</param>
    public static IReadOnlyList<string> Names(
        IReadOnlyList<TensorSpec> inputs, ReadOnlySpan<TensorValue> tensors, TextEncoder? text = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (text is not null)
        {
            return TextFeatures.Names;
        }

        List<string> names = [];
        for (var i = 0; i < inputs.Count; i++)
        {
            if (IsWatched(tensors[i]))
            {
                var input = inputs[i];
                names.AddRange(
                    HasColumns(input)
                        ? Enumerable.Range(0, (int)Width(tensors[i])).Select(c => $"{input.Name}[{c}]")
                        : Summary.Select(s => $"{input.Name}.{s}"));
            }
        }

        return names;
    }

    /// <summary>The features of one row.</summary>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="tensors">Their values, with the batch on the first axis.</param>
    /// <param name="row">Which.</param>
    /// <param name="features">Receives as many values as <see cref="Names"/>.</param>
    /// <param name="text">As for <see cref="Names"/>.</param>
    public static void Extract(
        IReadOnlyList<TensorSpec> inputs, ReadOnlySpan<TensorValue> tensors, int row, ICollection<double> features,
        TextEncoder? text = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(features);
        if (text is not null)
        {
            TextFeatures.Extract(text, inputs, tensors, row, features);
            return;
        }

        for (var i = 0; i < inputs.Count; i++)
        {
            if (!IsWatched(tensors[i]))
            {
                continue;
            }

            var values = new double[Width(tensors[i])];
            Read(tensors[i], row * values.LongLength, values);
            if (HasColumns(inputs[i]))
            {
                Array.ForEach(values, features.Add);
            }
            else
            {
                Summarize(values, features);
            }
        }
    }

    /// <summary>Number of rows that the tensors hold; 0 where none of them has a batch axis.</summary>
    public static int Rows(ReadOnlySpan<TensorValue> tensors)
    {
        foreach (var tensor in tensors)
        {
            if (IsWatched(tensor))
            {
                return (int)Math.Min(tensor.Shape[0], int.MaxValue);
            }
        }

        return 0;
    }

    private static bool IsWatched(TensorValue tensor)
        => tensor.Shape.Length > 0 && tensor.Count > 0
            && tensor.Type is ElementType.Float32 or ElementType.Float64 or ElementType.Int64 or ElementType.Int32
            or ElementType.UInt8;

    // The sizes of the model's declaration decide, so that one long text does not change what is watched.
    private static bool HasColumns(TensorSpec input)
        => input.Shape.Skip(1).All(size => size > 0)
            && input.Shape.Skip(1).Aggregate(1L, static (a, b) => a * b) <= MostColumns;

    private static long Width(TensorValue tensor) => tensor.Count / tensor.Shape[0];

    private static void Read(TensorValue tensor, long from, Span<double> to)
    {
        switch (tensor.Type)
        {
            case ElementType.Float32:
                Copy(tensor.AsSpan<float>().Slice((int)from, to.Length), to);
                break;
            case ElementType.Float64:
                tensor.AsSpan<double>().Slice((int)from, to.Length).CopyTo(to);
                break;
            case ElementType.Int64:
                Copy(tensor.AsSpan<long>().Slice((int)from, to.Length), to);
                break;
            case ElementType.Int32:
                Copy(tensor.AsSpan<int>().Slice((int)from, to.Length), to);
                break;
            default:
                Copy(tensor.AsSpan<byte>().Slice((int)from, to.Length), to);
                break;
        }
    }

    private static void Copy<T>(ReadOnlySpan<T> from, Span<double> to)
        where T : struct, System.Numerics.INumber<T>
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = double.CreateTruncating(from[i]);
        }
    }

    private static void Summarize(ReadOnlySpan<double> values, ICollection<double> features)
    {
        var (sum, min, max, zeros) = (0.0, double.PositiveInfinity, double.NegativeInfinity, 0);
        foreach (var value in values)
        {
            sum += value;
            min = Math.Min(min, value);
            max = Math.Max(max, value);
            zeros += value == 0 ? 1 : 0;
        }

        var mean = sum / values.Length;
        var squares = 0.0;
        foreach (var value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        features.Add(mean);
        features.Add(Math.Sqrt(squares / values.Length));
        features.Add(min);
        features.Add(max);
        features.Add((double)zeros / values.Length);
    }
}
