using MaaS.Training.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models;

/// <summary>Convolution 3×3 – ReLU – max-pooling 2×2 – flatten – dense.</summary>
public sealed class ConvNet : Module<Tensor, Tensor>, IParallelForward
{
    private readonly Conv2d conv;
    private readonly Linear dense;

    /// <summary>Xavier-uniform weights, zero biases; random numbers come from torch's default generator.</summary>
    /// <param name="channels">Input channels, at least 1.</param>
    /// <param name="height">Input height in pixels, at least 4.</param>
    /// <param name="width">Input width in pixels, at least 4.</param>
    /// <param name="classes">Number of logits, at least 2.</param>
    /// <param name="filters">Output channels of the convolution, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is too small.</exception>
    public ConvNet(long channels = 1, long height = 28, long width = 28, long classes = 10, long filters = 32)
        : base(nameof(ConvNet))
    {
        ModelCheck.AtLeast(channels, 1, nameof(channels));
        ModelCheck.AtLeast(height, 4, nameof(height));
        ModelCheck.AtLeast(width, 4, nameof(width));
        ModelCheck.AtLeast(classes, 2, nameof(classes));
        ModelCheck.AtLeast(filters, 1, nameof(filters));
        conv = Xavier.Initialize(Conv2d(channels, filters, 3));
        dense = Xavier.Initialize(Linear(filters * ((height - 2) / 2) * ((width - 2) / 2), classes));
        RegisterComponents();
    }

    /// <summary>Logits of a batch.</summary>
    /// <param name="input">(B, channels, height, width), float.</param>
    /// <returns>(B, classes).</returns>
    public override Tensor forward(Tensor input)
    {
        var x = ConvReluPool.Call(input, conv);   // (B, filters, (H−2)/2, (W−2)/2)
        return dense.call(x.flatten(1));          // (B, classes)
    }
}
