using MaaS.Training.Startup;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models;

/// <summary>A residual network of basic blocks for photographs, as ResNet-18 and ResNet-34. Parameters have the names
/// of common checkpoints, <c>layer1.0.conv1.weight</c> and so on.</summary>
/// <remarks>He, Zhang, Ren, Sun 2016: Deep residual learning for image recognition, table 1.</remarks>
public sealed class BasicResNet : Module<Tensor, Tensor>
{
    /// <summary>Its name in <see cref="ModelCatalog"/>, with ResNet-18's blocks.</summary>
    public const string CatalogName = "resnet18";

    /// <summary>Features of an image, which <see cref="Features"/> gives and the head reads.</summary>
    public const long FeatureCount = 512;

    /// <summary>Blocks of each stage of ResNet-18 and of ResNet-34.</summary>
    public static IReadOnlyList<int> ResNet18Blocks { get; } = [2, 2, 2, 2];

    /// <inheritdoc cref="ResNet18Blocks"/>
    public static IReadOnlyList<int> ResNet34Blocks { get; } = [3, 4, 6, 3];

    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;
    private readonly Linear fc;

    /// <summary>Kaiming-normal convolutions; random numbers come from torch's default generator.</summary>
    /// <param name="channels">Input channels, at least 1.</param>
    /// <param name="classes">Number of logits, at least 2.</param>
    /// <param name="blocks">Blocks of each of the four stages, at least 1; null for ResNet-18's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is too small.</exception>
    /// <exception cref="ArgumentException">There are not four stages.</exception>
    public BasicResNet(long channels = 3, long classes = 1000, IReadOnlyList<int>? blocks = null)
        : base(nameof(BasicResNet))
    {
        ModelCheck.AtLeast(channels, 1, nameof(channels));
        ModelCheck.AtLeast(classes, 2, nameof(classes));
        blocks ??= ResNet18Blocks;
        if (blocks.Count != 4 || blocks.Any(static b => b < 1))
        {
            throw new ArgumentException(
                $"{nameof(BasicResNet)}: expected four stages of at least one block, got ({string.Join(",", blocks)}).",
                nameof(blocks));
        }

        TorchRuntime.Ensure();
        Blocks = [.. blocks];
        conv1 = Convolution(channels, 64, 7, 2);
        bn1 = BatchNorm2d(64);
        layer1 = Stage(64, 64, 1, blocks[0]);
        layer2 = Stage(64, 128, 2, blocks[1]);
        layer3 = Stage(128, 256, 2, blocks[2]);
        layer4 = Stage(256, FeatureCount, 2, blocks[3]);
        fc = Linear(FeatureCount, classes);
        RegisterComponents();
    }

    /// <summary>Blocks of each of the four stages.</summary>
    public IReadOnlyList<int> Blocks { get; }

    /// <summary>Logits of a batch.</summary>
    /// <param name="input">(B, channels, H, W), float; H and W are best 224.</param>
    /// <returns>(B, classes).</returns>
    public override Tensor forward(Tensor input) => fc.call(Features(input));

    /// <summary>What the network sees in a batch, below its head.</summary>
    /// <param name="input">(B, channels, H, W), float.</param>
    /// <returns>(B, 512).</returns>
    public Tensor Features(Tensor input)
    {
        var x = functional.relu(bn1.call(conv1.call(input)));                       // (B, 64, H/2, W/2)
        x = functional.max_pool2d(x, 3, 2, 1);                                      // (B, 64, H/4, W/4)
        x = layer4.call(layer3.call(layer2.call(layer1.call(x))));                  // (B, 512, H/32, W/32)
        return x.mean([2, 3]);                                                      // (B, 512)
    }

    /// <summary>A convolution that keeps the image's size but for its stride, without bias.</summary>
    internal static Conv2d Convolution(long inputs, long outputs, long kernel, long stride)
    {
        var layer = Conv2d(inputs, outputs, kernel, stride: stride, padding: kernel / 2, bias: false);
        init.kaiming_normal_(layer.weight, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU);
        return layer;
    }

    private static Sequential Stage(long inputs, long outputs, long stride, int blocks)
        => Sequential([
            .. Enumerable.Range(0, blocks).Select(b => (
                $"{b}",
                (Module<Tensor, Tensor>)new BasicBlock(b == 0 ? inputs : outputs, outputs, b == 0 ? stride : 1)))]);
}
