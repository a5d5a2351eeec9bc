using System.Collections.Frozen;
using static TorchSharp.torch;

namespace MaaS.Training.Models;

/// <summary>MaaS's own models by name: classifiers of images and of texts.</summary>
public static class ModelCatalog
{
    private static readonly FrozenDictionary<string, ModelEntry> Entries
        = ImageModels.Entries.Concat<ModelEntry>(TextModels.Entries)
            .ToFrozenDictionary(static e => e.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>All models, by name.</summary>
    public static IReadOnlyList<ModelEntry> All { get; } = [
        .. Entries.Values.OrderBy(static e => e.Name, StringComparer.Ordinal)];

    /// <summary>The classifiers of images, by name; each takes (B, C, H, W) float32 and returns logits
    /// (B, classes).</summary>
    public static IReadOnlyList<ImageModelEntry> Images { get; } = [.. All.OfType<ImageModelEntry>()];

    /// <summary>The classifiers of texts, by name; each takes token ids and a mask, (B, T) int64, and returns logits
    /// (B, classes).</summary>
    public static IReadOnlyList<TextModelEntry> Texts { get; } = [.. All.OfType<TextModelEntry>()];

    /// <summary>Creates a classifier of images with fresh weights.</summary>
    /// <param name="name">A name of <see cref="Images"/>, upper or lower case.</param>
    /// <param name="inputShape">(channels, height, width) of one input.</param>
    /// <param name="classes">Number of logits, at least 2.</param>
    /// <param name="seed">Seed of torch's default generator, from which the weights are drawn; null to draw on.</param>
    /// <exception cref="ArgumentException">No classifier of images has the name, or a size does not fit.</exception>
    public static nn.Module<Tensor, Tensor> Create(
        string name, IReadOnlyList<long> inputShape, long classes, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        var entry = Find(name, Images);
        if (inputShape.Count != 3)
        {
            throw new ArgumentException(
                $"{entry.Name}: expected an input shape (C,H,W), got ({string.Join(",", inputShape)}).",
                nameof(inputShape));
        }

        Seed(seed);
        return entry.Create(inputShape, classes);
    }

    /// <summary>Creates a classifier of texts with fresh weights.</summary>
    /// <param name="name">A name of <see cref="Texts"/>, upper or lower case.</param>
    /// <param name="sizes">Width, layers and so on.</param>
    /// <param name="vocabulary">Number of tokens, at least 1.</param>
    /// <param name="classes">Number of logits, at least 2.</param>
    /// <param name="maxLength">Longest text in tokens, at least 1.</param>
    /// <param name="seed">Seed of torch's default generator, from which the weights are drawn; null to draw on.</param>
    /// <exception cref="ArgumentException">No classifier of texts has the name, or a size does not fit.</exception>
    public static nn.Module<Tensor, Tensor, Tensor> Create(
        string name, TextModelSizes sizes, long vocabulary, long classes, int maxLength, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        var entry = Find(name, Texts);
        Seed(seed);
        return entry.Create(sizes, vocabulary, classes, maxLength);
    }

    private static TEntry Find<TEntry>(string name, IReadOnlyList<TEntry> choices)
        where TEntry : ModelEntry
    {
        ArgumentNullException.ThrowIfNull(name);
        var entry = Entries.GetValueOrDefault(name);
        return entry as TEntry
            ?? throw new ArgumentException(
                $"Model: expected one of {string.Join(", ", choices.Select(static e => e.Name))}, got '{name}'"
                    + (entry is null ? "." : $", which classifies {(entry is TextModelEntry ? "texts" : "images")}."),
                nameof(name));
    }

    private static void Seed(int? seed)
    {
        if (seed is { } value)
        {
            manual_seed(value);
        }
    }
}
