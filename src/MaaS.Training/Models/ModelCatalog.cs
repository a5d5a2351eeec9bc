using System.Collections.Frozen;
using MaaS.Training.Models.Transformers;
using static TorchSharp.torch;

namespace MaaS.Training.Models;

/// <summary>MaaS's own models by name.</summary>
public static class ModelCatalog
{
    private static readonly FrozenDictionary<string, ModelEntry> Entries = new ModelEntry[]
    {
        new(
            "mlp", "dense layers, 784-32-10 for 28×28 images",
            (shape, classes) => new Mlp(shape.Aggregate(1L, (a, b) => a * b), classes)),
        new(
            "convnet", "convolution 3×3 (32), ReLU, max-pooling, dense",
            (shape, classes) => new ConvNet(shape[0], shape[1], shape[2], classes)),
        new("vit", "vision Transformer: patches of 4×4 where they fit, width 64, 3 layers", VisionTransformerFor),
        new(
            "resnet", "residual network with batch norm, three stages (16, 32, 64)",
            (shape, classes) => new ResNet(shape[0], classes)),
    }.ToFrozenDictionary(static e => e.Name, StringComparer.OrdinalIgnoreCase);

    private static VisionTransformer VisionTransformerFor(IReadOnlyList<long> shape, long classes)
    {
        var sizes = new[] { 4L, 7, 5, 3, 2, 1 };
        return new VisionTransformer(
            new ImageEncoderOptions
            {
                Channels = shape[0],
                Height = shape[1],
                Width = shape[2],
                Patch = sizes.First(p => shape[1] % p == 0 && shape[2] % p == 0),
                Encoder = new TransformerOptions { Width = 64, Heads = 4, Layers = 3, FeedForward = 128, Dropout = 0 },
            },
            classes);
    }

    /// <summary>All models, by name.</summary>
    public static IReadOnlyList<ModelEntry> All { get; } = [
        .. Entries.Values.OrderBy(static e => e.Name, StringComparer.Ordinal)];

    /// <summary>Creates a model with fresh weights.</summary>
    /// <param name="name">A name of <see cref="All"/>, upper or lower case.</param>
    /// <param name="inputShape">(channels, height, width) of one input.</param>
    /// <param name="classes">Number of logits, at least 2.</param>
    /// <param name="seed">Seed of torch's default generator, from which the weights are drawn; null to draw on.</param>
    /// <exception cref="ArgumentException">The name is unknown or a size does not fit.</exception>
    public static nn.Module<Tensor, Tensor> Create(
        string name, IReadOnlyList<long> inputShape, long classes, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(inputShape);
        if (!Entries.TryGetValue(name, out var entry))
        {
            throw new ArgumentException(
                $"Model: expected one of {string.Join(", ", All.Select(static e => e.Name))}, got '{name}'.",
                nameof(name));
        }

        if (inputShape.Count != 3)
        {
            throw new ArgumentException(
                $"{entry.Name}: expected an input shape (C,H,W), got ({string.Join(",", inputShape)}).",
                nameof(inputShape));
        }

        if (seed is { } value)
        {
            manual_seed(value);
        }

        return entry.Create(inputShape, classes);
    }
}
