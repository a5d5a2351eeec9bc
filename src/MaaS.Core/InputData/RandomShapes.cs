using MaaS.Onnx;
using MaaS.Onnx.Inference;


namespace MaaS.Core.InputData;

/// <summary>Chooses the sizes of free axes: axes of one name get one size.</summary>
internal sealed class RandomShapes
{
    private const int ImageRank = 4, ImageSize = 224, Channels = 3, OtherSize = 16;

    private readonly IReadOnlyDictionary<string, long> _given;
    private readonly Dictionary<string, long> _named = [];

    /// <exception cref="ArgumentException">A size was given for an axis that is not there.</exception>
    public RandomShapes(IReadOnlyList<TensorSpec> inputs, IReadOnlyDictionary<string, long> given)
    {
        _given = given;
        var axes = inputs.SelectMany(Axes).ToList();
        var known = axes.SelectMany(static axis => Symbols(axis.Name).Append(axis.Place)).ToHashSet();
        string[] unknown = [.. given.Keys.Where(name => !known.Contains(name))];
        if (unknown.Length > 0)
        {
            string there = axes.Count > 0
                ? string.Join(", ", axes.Select(static axis => axis.Name ?? axis.Place).Distinct())
                : "free axes, of which there are none";
            throw new ArgumentException(
                $"random inputs: expected sizes of {there}, "
                + $"got {string.Join(", ", unknown.Select(static name => $"'{name}'"))}", nameof(given));
        }
        foreach (var (name, _, index, input) in axes)
        {
            foreach (string symbol in Symbols(name))
            {
                _named.TryAdd(symbol, given.TryGetValue(symbol, out long size) ? size : Guess(input, index, symbol));
            }
        }
    }

    /// <summary>The shape of an input.</summary>
    public long[] Of(TensorSpec input)
    {
        long[] shape = [.. input.Shape];
        foreach (var (name, place, index, _) in Axes(input))
        {
            shape[index] = _given.TryGetValue(place, out long size) ? size
                : name is null ? Guess(input, index, "")
                : SizePolynomial.Parse(name).Evaluate(_named);
        }
        return shape;
    }

    private static IEnumerable<(string? Name, string Place, int Index, TensorSpec Input)> Axes(TensorSpec input)
    {
        for (int i = 0; i < input.Shape.Count; i++)
        {
            if (input.Shape[i] < 0)
            {
                string? name = input.AxisNames.ElementAtOrDefault(i);
                yield return (string.IsNullOrWhiteSpace(name) ? null : name, $"{input.Name}[{i}]", i, input);
            }
        }
    }

    private static IEnumerable<string> Symbols(string? name) => name is null ? [] : SizePolynomial.Parse(name).Symbols;

    private static long Guess(TensorSpec input, int axis, string name)
    {
        if (axis == 0 || name.Contains("batch", StringComparison.OrdinalIgnoreCase))
        {
            return 1;
        }
        if (input.Shape.Count != ImageRank)
        {
            return OtherSize;
        }
        // (N, C, H, W), or (N, H, W, C) where the last axis has the size of colours.
        bool channelsFirst = input.Shape[ImageRank - 1] is not (1 or Channels);
        return axis == 1 && channelsFirst ? Channels : ImageSize;
    }
}
