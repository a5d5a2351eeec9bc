using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Benchmarks.Pruning;

/// <summary>Pairs of 3×3 convolutions with batch norm (32, 64, 128), each pair pooled, and two dense layers: 1.18M
/// parameters at 28×28.</summary>
/// <remarks>Simonyan, Zisserman 2015: Very deep convolutional networks, made small.</remarks>
internal sealed class VggNet : Module<Tensor, Tensor>
{
    private readonly Sequential features;
    private readonly Linear hidden;
    private readonly Linear dense;

    public VggNet()
        : base(nameof(VggNet))
    {
        features = Sequential(Layers());
        hidden = Linear(128 * 3 * 3, 768);
        dense = Linear(768, 10);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var x = features.call(input);                        // (B, 128, 3, 3)
        return dense.call(functional.relu(hidden.call(x.flatten(1))));   // (B, 10)
    }

    private static IEnumerable<(string, Module<Tensor, Tensor>)> Layers()
    {
        var inputs = 1L;
        foreach (var (name, outputs) in new[]
        {
            ("1a", 32L), ("1b", 32L), ("2a", 64L), ("2b", 64L), ("3a", 128L), ("3b", 128L),
        })
        {
            yield return ($"conv{name}", Conv2d(inputs, outputs, 3, padding: 1, bias: false));
            yield return ($"norm{name}", BatchNorm2d(outputs));
            yield return ($"relu{name}", ReLU());
            if (name[1] == 'b')
            {
                yield return ($"pool{name[0]}", MaxPool2d(2));
            }

            inputs = outputs;
        }
    }
}
