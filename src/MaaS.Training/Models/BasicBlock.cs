using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models;

/// <summary>Two 3×3 convolutions with batch norm, added to the input, under the names of common checkpoints.</summary>
/// <remarks>He, Zhang, Ren, Sun 2016, figure 2; projection shortcut (B). <see cref="ResidualBlock"/> is the same block
/// under other names and with other first weights.</remarks>
public sealed class BasicBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? downsample;

    internal BasicBlock(long inputs, long outputs, long stride)
        : base(nameof(BasicBlock))
    {
        conv1 = BasicResNet.Convolution(inputs, outputs, 3, stride);
        bn1 = BatchNorm2d(outputs);
        conv2 = BasicResNet.Convolution(outputs, outputs, 3, 1);
        bn2 = BatchNorm2d(outputs);
        if (stride != 1 || inputs != outputs)
        {
            downsample = Sequential(BasicResNet.Convolution(inputs, outputs, 1, stride), BatchNorm2d(outputs));
        }

        RegisterComponents();
    }

    /// <summary>One block.</summary>
    /// <param name="input">(B, inputs, H, W), float.</param>
    /// <returns>(B, outputs, ⌈H/stride⌉, ⌈W/stride⌉).</returns>
    public override Tensor forward(Tensor input)
    {
        var x = functional.relu(bn1.call(conv1.call(input)));   // (B, outputs, H/stride, W/stride)
        x = bn2.call(conv2.call(x));
        return functional.relu(x + (downsample is null ? input : downsample.call(input)));
    }
}
