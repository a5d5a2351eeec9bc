using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Models;

/// <summary>The classifiers of images in <see cref="ModelCatalog"/>.</summary>
internal static class ImageModels
{
    public static IReadOnlyList<ImageModelEntry> Entries { get; } =
    [
        new(
            "mlp", "dense layers, 784-32-10 for 28×28 images",
            static (shape, classes) => new Mlp(shape.Aggregate(1L, static (a, b) => a * b), classes)),
        new(
            "convnet", "convolution 3×3 (32), ReLU, max-pooling, dense",
            static (shape, classes) => new ConvNet(shape[0], shape[1], shape[2], classes)),
        new("vit", "vision Transformer: patches of 4×4 where they fit, width 64, 3 layers", VisionTransformerFor),
        new(
            "resnet", "residual network with batch norm, three stages (16, 32, 64)",
            static (shape, classes) => new ResNet(shape[0], classes)),
        new(
            BasicResNet.CatalogName, "ResNet-18 for photographs",
            static (shape, classes) => new BasicResNet(shape[0], classes)),
    ];

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
}
