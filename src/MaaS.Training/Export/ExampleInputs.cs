using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Export;

/// <summary>Makes inputs of other sizes and values out of the user's example.</summary>
internal sealed class ExampleInputs(IReadOnlyList<string> names, IReadOnlyList<Tensor> examples, DynamicAxes? declared)
{
    private const int ScaleSeed = 11;

    private const char Plus = '+';

    private readonly IReadOnlyList<(string Input, int Axis, string Symbol)> _axes = Resolve(names, examples, declared);

    /// <summary>The inputs' names.</summary>
    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>The dynamic axes, each axis non-negative; without those that are sums of others.</summary>
    public IReadOnlyList<(string Input, int Axis, string Symbol)> Axes { get; } =
        [.. Resolve(names, examples, declared).Where(static axis => !axis.Symbol.Contains(Plus))];

    /// <summary>The names of the dynamic sizes and what they are in the example.</summary>
    public IReadOnlyDictionary<string, long> Symbols { get; } = Resolve(names, examples, declared)
        .Where(static axis => !axis.Symbol.Contains(Plus)).GroupBy(static axis => axis.Symbol)
        .ToDictionary(static group => group.Key, group => SizeOf(names, examples, group));

    /// <summary>New tensors at the given sizes. The example's elements repeat along grown axes, so that indices stay
    /// valid; reals get noise from a seeded generator unless <paramref name="seed"/> is null.</summary>
    public IReadOnlyList<Tensor> Make(IReadOnlyDictionary<string, long> sizes, int? seed)
    {
        var random = seed is { } value ? new Random(value) : null;
        return [.. examples.Select((example, i) => Make(example, Names[i], sizes, random))];
    }

    /// <summary>Shapes and types of the inputs at the given sizes.</summary>
    public IReadOnlyList<(long[] Shape, ScalarType Type)> Shapes(IReadOnlyDictionary<string, long> sizes) =>
        [.. examples.Select((example, i) => (Shape(example, Names[i], sizes), example.dtype))];

    /// <summary>How many times as large all axes together are.</summary>
    public double Ratio(IReadOnlyDictionary<string, long> from, IReadOnlyDictionary<string, long> to) =>
        Symbols.Keys.Aggregate(1.0, (ratio, symbol) => ratio * to[symbol] / from[symbol]);

    /// <summary>New tensors at the given sizes with values of a scale: normal reals, 0 at scale 0; integers evenly
    /// between the example's least and greatest, or through the range of their type; or the same value
    /// everywhere.</summary>
    /// <param name="sizes">By symbol.</param>
    /// <param name="scale">Of the values.</param>
    public IReadOnlyList<Tensor> MakeScaled(IReadOnlyDictionary<string, long> sizes, ValueScale scale)
    {
        var random = new Random(ScaleSeed);
        return [.. Make(sizes, seed: null).Select(tensor => Scaled(tensor, scale, random))];
    }

    private static Tensor Scaled(Tensor like, ValueScale scale, Random random)
    {
        using var scope = NewDisposeScope();
        var numbers = new double[like.numel()];
        if (like.is_floating_point())
        {
            numbers = Array.ConvertAll(numbers, _ => scale.IsEven ? scale.Scale : scale.Scale * Normal(random));
        }
        else if (like.is_complex() || numbers.Length == 0)
        {
            return like.MoveToOuterDisposeScope();
        }
        else
        {
            var (least, most) = Range(like, scale.WholeRange);
            numbers = Array.ConvertAll(
                numbers,
                _ => !scale.IsEven ? random.NextInt64(least, most + 1) : scale.Scale < 0 ? least : (double)most);
        }

        return torch.tensor(numbers).to(like.dtype).reshape(like.shape).to(like.device).MoveToOuterDisposeScope();
    }

    private static (long Least, long Most) Range(Tensor like, bool wholeRange) => (like.dtype, wholeRange) switch
    {
        (ScalarType.Bool, _) => (0, 1),
        (ScalarType.Byte, true) => (byte.MinValue, byte.MaxValue),
        (ScalarType.Int8, true) => (sbyte.MinValue, sbyte.MaxValue),
        _ => (like.min().to(ScalarType.Int64).item<long>(), like.max().to(ScalarType.Int64).item<long>()),
    };

    private Tensor Make(Tensor example, string name, IReadOnlyDictionary<string, long> sizes, Random? random)
    {
        using var scope = NewDisposeScope();
        CheckElements(example, name, sizes);
        var tensor = example.detach().clone();
        foreach (var (_, axis, symbol) in _axes.Where(axis => axis.Input == name))
        {
            long size = Size(symbol, sizes), old = tensor.shape[axis];
            if (size == old)
            {
                continue;
            }

            long[] picks = [.. Enumerable.Range(0, (int)size).Select(i => i % old)];
            tensor = tensor.index_select(axis, torch.tensor(picks, device: example.device));
        }
        if (random is not null && tensor.is_floating_point())
        {
            float scale = tensor.abs().mean().to(ScalarType.Float32).cpu().item<float>();
            float[] noise = new float[tensor.numel()];
            for (int i = 0; i < noise.Length; i++)
            {
                noise[i] = Normal(random) * (scale > 0 ? scale : 1);
            }

            tensor = tensor + torch.tensor(noise, device: example.device).to(tensor.dtype).reshape(tensor.shape);
        }
        return tensor.contiguous().MoveToOuterDisposeScope();
    }

    private void CheckElements(Tensor example, string name, IReadOnlyDictionary<string, long> sizes)
    {
        long[] shape = Shape(example, name, sizes);
        var elements = shape.Aggregate(System.Numerics.BigInteger.One, static (product, size) => product * size);
        if (elements > int.MaxValue)
        {
            throw new ArgumentException(
                $"export: input '{name}' of shape ({string.Join(", ", shape)}) would have {elements} elements; "
                    + "expected at most "
                + $"{int.MaxValue}. Name smaller sizes in OnnxExportOptions.TraceSizes, or give a smaller example");
        }
    }

    private long[] Shape(Tensor example, string name, IReadOnlyDictionary<string, long> sizes)
    {
        long[] shape = example.shape;
        foreach (var (_, axis, symbol) in _axes.Where(axis => axis.Input == name))
        {
            shape[axis] = Size(symbol, sizes);
        }

        return shape;
    }

    // Of a name, or of a sum of names.
    private static long Size(string symbol, IReadOnlyDictionary<string, long> sizes)
        => Parts(symbol).Sum(part => sizes[part]);

    private static string[] Parts(string symbol) => symbol.Split(Plus, StringSplitOptions.TrimEntries);

    private static float Normal(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private static List<(string Input, int Axis, string Symbol)> Resolve(
        IReadOnlyList<string> names, IReadOnlyList<Tensor> examples, DynamicAxes? declared)
    {
        if (declared is null)
        {
            return [.. names.Zip(examples).Where(static pair => pair.Second.dim() > 0)
                .Select(static pair => (pair.First, 0, "batch"))];
        }
        var axes = new List<(string, int, string)>();
        foreach (var (input, axis, symbol) in declared)
        {
            int index = names.ToList().IndexOf(input);
            if (index < 0)
            {
                throw new ArgumentException(
                    $"export: dynamic axis '{symbol}' is declared for '{input}', but the inputs are "
                        + $"{string.Join(", ", names)}");
            }
            int rank = (int)examples[index].dim();
            if (axis < -rank || axis >= rank)
            {
                throw new ArgumentException(
                    $"export: input '{input}' has {rank} axes, but axis {axis} is declared dynamic ('{symbol}')");
            }

            axes.Add((input, axis < 0 ? axis + rank : axis, symbol));
        }

        foreach (var (input, axis, symbol) in axes.Where(static axis => axis.Item3.Contains(Plus)))
        {
            CheckSum(names, examples, axes, input, axis, symbol);
        }

        return axes;
    }

    private static void CheckSum(
        IReadOnlyList<string> names, IReadOnlyList<Tensor> examples, List<(string Input, int Axis, string Symbol)> axes,
        string input, int axis, string symbol)
    {
        long Example(string name, int at) => examples[names.ToList().IndexOf(name)].shape[at];
        var parts = Array.ConvertAll(Parts(symbol), part => axes.Find(other => other.Symbol == part));
        if (parts.Any(static part => part.Input is null))
        {
            var known = axes.Select(static a => a.Symbol).Where(static s => !s.Contains(Plus)).Distinct();
            throw new ArgumentException(
                $"export: input '{input}' has an axis of '{symbol}', expected a sum of {string.Join(", ", known)}");
        }

        long sum = parts.Sum(part => Example(part.Input, part.Axis)), size = Example(input, axis);
        if (sum != size)
        {
            throw new ArgumentException(
                $"export: input '{input}' has an axis of '{symbol}', which is {sum} in the example inputs, got {size}");
        }
    }

    private static long SizeOf(
        IReadOnlyList<string> names, IReadOnlyList<Tensor> examples, IGrouping<string, (
            string Input, int Axis, string)> group)
    {
        var sizes = group.Select(axis => examples[names.ToList().IndexOf(axis.Input)].shape[axis.Axis]).Distinct()
            .ToArray();
        return sizes is [> 0]
            ? sizes[0]
            : throw new ArgumentException(
                $"export: the dynamic axis '{group.Key}' must have one size above 0 in the example inputs, got "
                    + $"{string.Join(", ", sizes)}");
    }
}
