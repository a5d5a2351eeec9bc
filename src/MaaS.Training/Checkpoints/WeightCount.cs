using System.Globalization;
using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Checkpoints;

/// <summary>Keeps sizes that stand in a file from taking time and memory for a network that its weights could never
/// fill.</summary>
internal static class WeightCount
{
    // What is off by less is found key by key, which names what is wrong.
    private const double Tolerance = 10;

    /// <summary>Fails where a description asks for far more numbers than the weights have.</summary>
    /// <param name="location">The file or folder of the weights.</param>
    /// <param name="vocabulary">Number of tokens.</param>
    /// <param name="sizes">Sizes of the layers.</param>
    /// <param name="weights">Shapes of what there is.</param>
    /// <exception cref="InvalidDataException">The sizes belong to another network.</exception>
    public static void ThrowIfFarTooFew(
        string location, long vocabulary, TransformerOptions sizes, IEnumerable<IReadOnlyList<long>> weights)
    {
        // In floating point: sizes from a hostile file multiply beyond any integer.
        double width = sizes.Width;
        ThrowIfFarTooFew(
            location,
            (width * ((double)vocabulary + sizes.MaxLength))
                + (sizes.Layers * width * ((4 * width) + (2.0 * sizes.Hidden))),
            $"{vocabulary} tokens, {sizes.MaxLength} positions and {sizes.Layers} layers of width {sizes.Width} and "
                + $"{sizes.Hidden} hidden features", weights);
    }

    /// <summary>Fails where a description asks for far more numbers than the weights have.</summary>
    /// <param name="location">The file or folder of the weights.</param>
    /// <param name="described">Numbers that the network has, about.</param>
    /// <param name="sizes">The network's sizes in words.</param>
    /// <param name="weights">Shapes of what there is.</param>
    /// <exception cref="InvalidDataException">The sizes belong to another network.</exception>
    public static void ThrowIfFarTooFew(
        string location, double described, string sizes, IEnumerable<IReadOnlyList<long>> weights)
    {
        var there = weights.Sum(static w => w.Aggregate(1.0, static (a, b) => a * b));
        if (described > Tolerance * Math.Max(there, 1))
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{location}: expected about {described:g2} weights for {sizes}, got {there:n0}; the weights belong to "
                    + $"another network."));
        }
    }
}
