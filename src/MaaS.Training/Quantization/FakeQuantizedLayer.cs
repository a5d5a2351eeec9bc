using MaaS.Onnx.Quantization.Numerics;
using MaaS.Training.Fitting;
using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Quantization;

/// <summary>Hooks on one layer that round its input and its weight, and average its input's range in training
/// mode.</summary>
internal sealed class FakeQuantizedLayer : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _layer;
    private readonly QuantizationAwareOptions _options;
    private readonly Action _unhook;
    private (double Min, double Max)? _average;

    public FakeQuantizedLayer(string path, nn.Module<Tensor, Tensor> layer, QuantizationAwareOptions options)
    {
        (Path, _layer, _options) = (path, layer, options);
        var before = layer.register_forward_pre_hook((_, input) => RoundInput(input));
        var after = layer.register_forward_hook((_, input, output) => RoundWeight(input, output));
        _unhook = () =>
        {
            before.remove();
            after.remove();
        };
    }

    /// <summary>The layer's name in the module.</summary>
    public string Path { get; }

    /// <summary>Whether the hooks round; turned off while the float graph is exported.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The averaged range of the input; null before the first batch in training mode.</summary>
    public ValueRange? Range => _average is var (min, max) ? new((float)min, (float)max) : null;

    public void Dispose()
    {
        _unhook();
        PreparedLayers.Remove(_layer);
    }

    private Tensor RoundInput(Tensor input)
    {
        if (!Enabled)
        {
            return input;
        }

        if (_layer.training)
        {
            Observe(input);
        }

        return Range is { } range ? FakeQuantizer.Activation(input, range) : input;
    }

    // The layer's own result is dropped: replacing its parameter would dispose it, and writing into it would spoil
    // backward.
    private Tensor RoundWeight(Tensor input, Tensor output)
    {
        if (!Enabled)
        {
            return output;
        }

        using var scope = NewDisposeScope();
        var weight = FakeQuantizer.Weight(LayerProduct.Weight(_layer)!, _options.ReducesRange);
        return LayerProduct.Call(_layer, input, weight).MoveToOuterDisposeScope();
    }

    private void Observe(Tensor input)
    {
        if (input.numel() == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var values = input.detach();
        double min = values.min().to(ScalarType.Float32).item<float>(),
        max = values.max().to(ScalarType.Float32).item<float>();
        if (!double.IsFinite(min) || !double.IsFinite(max))
        {
            throw new DivergedException(
                $"quantization-aware training: the input of '{Path}' has values in [{min}, {max}], expected finite "
                    + "ones; lower the learning rate.");
        }

        var weight = _options.AveragingWeight;
        _average = _average is var (low, high)
            ? (low + (weight * (min - low)), high + (weight * (max - high))) : (min, max);
    }
}
