using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Benchmarks.Compression;

/// <summary>Three blocks of two 3×3 convolutions with batch norm, ReLU and max-pooling (32, 64, 128), dense 768, dense
/// 10: 1.18M parameters.</summary>
/// <remarks>Simonyan, Zisserman 2015, for 28×28 images.</remarks>
internal sealed class VggNet : Module<Tensor, Tensor>
{
    private readonly Sequential features;
    private readonly Sequential classifier;

    public VggNet()
        : base(nameof(VggNet))
    {
        List<(string, Module<Tensor, Tensor>)> layers = [];
        var inputs = 1;
        for (var block = 0; block < 3; block++)
        {
            var width = 32 << block;
            for (var i = 0; i < 2; i++)
            {
                layers.Add(($"conv{block}_{i}", Conv2d(inputs, width, 3, padding: 1, bias: false)));
                layers.Add(($"norm{block}_{i}", BatchNorm2d(width)));
                layers.Add(($"relu{block}_{i}", ReLU()));
                inputs = width;
            }

            layers.Add(($"pool{block}", MaxPool2d(2)));
        }

        features = Sequential([.. layers]);
        classifier = Sequential(("hidden", Linear(128 * 3 * 3, 768)), ("relu", ReLU()), ("logits", Linear(768, 10)));
        RegisterComponents();
    }

    /// <summary>(B, 1, 28, 28) to logits (B, 10).</summary>
    public override Tensor forward(Tensor input) => classifier.call(features.call(input).flatten(1));
}
