using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models;

/// <summary>A residual network for small images: a 3×3 stem, stages of <see cref="ResidualBlock"/>, global average,
/// dense.</summary>
/// <remarks>He, Zhang, Ren, Sun 2016, section 4.2 (the CIFAR-10 networks), with projection shortcuts.</remarks>
public sealed class ResNet : Module<Tensor, Tensor>
{
    private readonly Conv2d conv;
    private readonly BatchNorm2d norm;
    private readonly Sequential stages;
    private readonly Linear dense;

    /// <summary>Xavier-uniform weights; random numbers come from torch's default generator.</summary>
    /// <param name="channels">Input channels, at least 1.</param>
    /// <param name="classes">Number of logits, at least 2.</param>
    /// <param name="width">Channels of the first stage, at least 1; each further stage has twice as many.</param>
    /// <param name="stageCount">Number of stages, at least 1; each but the first halves height and width.</param>
    /// <param name="blocks">Blocks a stage, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is too small.</exception>
    public ResNet(long channels = 1, long classes = 10, long width = 16, int stageCount = 3, int blocks = 1)
        : base(nameof(ResNet))
    {
        ModelCheck.AtLeast(channels, 1, nameof(channels));
        ModelCheck.AtLeast(classes, 2, nameof(classes));
        ModelCheck.AtLeast(width, 1, nameof(width));
        ModelCheck.AtLeast(stageCount, 1, nameof(stageCount));
        ModelCheck.AtLeast(blocks, 1, nameof(blocks));
        conv = Xavier.Initialize(Conv2d(channels, width, 3, padding: 1, bias: false));
        norm = BatchNorm2d(width);
        var inputs = width;
        List<(string, Module<Tensor, Tensor>)> parts = [];
        for (var stage = 0; stage < stageCount; stage++)
        {
            var outputs = width << stage;
            for (var block = 0; block < blocks; block++)
            {
                parts.Add(($"{stage}_{block}", new ResidualBlock(inputs, outputs, stage > 0 && block == 0 ? 2 : 1)));
                inputs = outputs;
            }
        }

        stages = Sequential([.. parts]);
        dense = Xavier.Initialize(Linear(inputs, classes));
        RegisterComponents();
    }

    /// <summary>Logits of a batch.</summary>
    /// <param name="input">(B, channels, H, W), float.</param>
    /// <returns>(B, classes).</returns>
    public override Tensor forward(Tensor input)
    {
        var x = functional.relu(norm.call(conv.call(input)));   // (B, width, H, W)
        x = stages.call(x);                                     // (B, width·2^(stages−1), H/2^(stages−1), …)
        return dense.call(x.mean([2, 3]));                      // (B, classes)
    }
}
