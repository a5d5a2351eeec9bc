using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models;

/// <summary>Two 3×3 convolutions with batch norm, added to the input: the basic block of a residual network.</summary>
/// <remarks>He, Zhang, Ren, Sun 2016: Deep residual learning for image recognition, figure 2, projection shortcut
/// (B).</remarks>
public sealed class ResidualBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d norm1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d norm2;
    private readonly Sequential? shortcut;

    /// <summary>Xavier-uniform convolutions without bias.</summary>
    /// <param name="inputs">Input channels, at least 1.</param>
    /// <param name="outputs">Output channels, at least 1.</param>
    /// <param name="stride">Stride of the first convolution, at least 1; above 1 halves height and width.</param>
    public ResidualBlock(long inputs, long outputs, long stride = 1)
        : base(nameof(ResidualBlock))
    {
        ModelCheck.AtLeast(inputs, 1, nameof(inputs));
        ModelCheck.AtLeast(outputs, 1, nameof(outputs));
        ModelCheck.AtLeast(stride, 1, nameof(stride));
        conv1 = Xavier.Initialize(Conv2d(inputs, outputs, 3, stride, 1, bias: false));
        norm1 = BatchNorm2d(outputs);
        conv2 = Xavier.Initialize(Conv2d(outputs, outputs, 3, 1, 1, bias: false));
        norm2 = BatchNorm2d(outputs);
        if (stride != 1 || inputs != outputs)
        {
            shortcut = Sequential(
                ("conv", Xavier.Initialize(Conv2d(inputs, outputs, 1, stride, bias: false))),
                ("norm", BatchNorm2d(outputs)));
        }

        RegisterComponents();
    }

    /// <summary>One block.</summary>
    /// <param name="input">(B, inputs, H, W), float.</param>
    /// <returns>(B, outputs, ⌈H/stride⌉, ⌈W/stride⌉).</returns>
    public override Tensor forward(Tensor input)
    {
        var x = functional.relu(norm1.call(conv1.call(input)));   // (B, outputs, H/stride, W/stride)
        x = norm2.call(conv2.call(x));
        return functional.relu(x + (shortcut is null ? input : shortcut.call(input)));
    }
}
