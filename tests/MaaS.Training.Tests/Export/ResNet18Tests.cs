using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace MaaS.Training.Tests.Export;

/// <summary>The layout of ResNet-18 (He et al. 2016, table 1), with its 11.7 million parameters, on small
/// images.</summary>
public class ResNet18Tests : ExportTests
{
    private sealed class BasicBlock : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1, conv2;
        private readonly BatchNorm2d bn1, bn2;
        private readonly Module<Tensor, Tensor>? downsample;

        public BasicBlock(long inputs, long outputs, long stride) : base(nameof(BasicBlock))
        {
            conv1 = Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false);
            bn1 = BatchNorm2d(outputs);
            conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false);
            bn2 = BatchNorm2d(outputs);
            if (stride != 1 || inputs != outputs)
            {
                downsample = Sequential(Conv2d(inputs, outputs, 1, stride: stride, bias: false), BatchNorm2d(outputs));
            }

            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var x = F.relu(bn1.call(conv1.call(input)));
            x = bn2.call(conv2.call(x));
            return F.relu(x + (downsample is null ? input : downsample.call(input)));
        }
    }

    private sealed class ResNet18 : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1 = Conv2d(3, 64, 7, stride: 2, padding: 3, bias: false);
        private readonly BatchNorm2d bn1 = BatchNorm2d(64);
        private readonly Sequential layer1 = Stage(64, 64, 1), layer2 = Stage(64, 128, 2);
        private readonly Sequential layer3 = Stage(128, 256, 2), layer4 = Stage(256, 512, 2);
        private readonly Linear fc = Linear(512, 1000);

        public ResNet18() : base(nameof(ResNet18)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            var x = F.max_pool2d(F.relu(bn1.call(conv1.call(input))), 3, 2, 1);       // (B, 64, H/4, W/4)
            x = layer4.call(layer3.call(layer2.call(layer1.call(x))));                // (B, 512, H/32, W/32)
            return fc.call(F.adaptive_avg_pool2d(x, 1).flatten(1));                   // (B, 1000)
        }

        private static Sequential Stage(long inputs, long outputs, long stride) =>
            Sequential(new BasicBlock(inputs, outputs, stride), new BasicBlock(outputs, outputs, 1));
    }

    [Test]
    public void Export_ResNet18_MatchesTorchWithNoMoreNodesThanPyTorch()
    {
        using var scope = NewDisposeScope();
        using var model = new ResNet18();
        foreach (var (_, buffer) in model.named_buffers())
        {
            // Running statistics of a trained network are not 0 and 1.
            if (buffer.is_floating_point())
            {
                buffer.copy_(rand_like(buffer) + 0.5);
            }
        }
        Assert.That(model.parameters().Sum(static parameter => parameter.numel()), Is.EqualTo(11_689_512));

        var result = Export(model, [randn(2, 3, 32, 32)]);

        Assert.That(result.ParityRuns, Is.GreaterThanOrEqualTo(7));
        Assert.That(result.Model.Graph.Node, Has.Count.LessThanOrEqualTo(PyTorchNodes["resnet18"]));
        Assert.That(Operators(result).Count(static op => op == "Conv"), Is.EqualTo(20));
        Assert.That(Operators(result), Does.Not.Contain("BatchNormalization"));
        string[] names = [.. result.Model.Graph.Initializer.Select(static tensor => tensor.Name)];
        Assert.That(
            names,
            Does.Contain("layer2.0.downsample.0.weight").And.Contain("layer4.1.conv2.weight").And.Contain("fc.bias"));
    }
}
