using MaaS.Onnx.Quantization.Numerics;
using MaaS.Onnx.Quantization.Weights;
using static TorchSharp.torch;

namespace MaaS.Training.Quantization;

/// <summary>Rounds tensors to the values that 8-bit integers stand for. The gradient passes through the rounding, and
/// is zero where a value was clipped.</summary>
/// <remarks>Jacob et al. 2018, "Quantization and Training of Neural Networks", section 3; the gradient is the
/// straight-through estimator of Bengio et al. 2013. Results belong to the calling thread's dispose scope.</remarks>
internal static class FakeQuantizer
{
    private const float LeastScale = 1e-30f;   // Below it WeightQuantizer counts a channel as empty.

    /// <summary>Activations as uint8: one scale and zero point for the tensor.</summary>
    /// <param name="input">Any shape; floating point.</param>
    /// <param name="range">The values that 0 and 255 stand for, widened to hold 0.</param>
    public static Tensor Activation(Tensor input, ValueRange range)
    {
        var (scale, zeroPoint) = LinearParameters.For(range);
        using var scope = NewDisposeScope();
        return Round(input, tensor(scale).to(input.device), zeroPoint, 0, 255).MoveToOuterDisposeScope();
    }

    /// <summary>Weights as int8: symmetric, one scale for each slice of axis 0.</summary>
    /// <param name="weight">(O, …); floating point.</param>
    /// <param name="reduceRange">Keeps to ±64 instead of ±127.</param>
    /// <remarks>
    /// A batch norm that is folded into the layer multiplies each channel, and its scale with it: rounding w · f over
    /// max|w · f| / 127 gives f times the rounded w, so that the layer's own weight may be rounded before the norm.
    /// </remarks>
    public static Tensor Weight(Tensor weight, bool reduceRange)
    {
        using var scope = NewDisposeScope();
        var limit = WeightQuantizer.Limit(reduceRange);
        Tensor scale;
        using (no_grad())
        {
            var greatest = weight.detach().to(ScalarType.Float32).flatten(1).abs().amax(1) / limit;   // (O)
            scale = greatest.masked_fill(greatest.lt(LeastScale), WeightQuantizer.EmptyScale)
                .view([-1, .. Enumerable.Repeat(1L, (int)weight.dim() - 1)]);   // (O, 1, …)
        }

        return Round(weight, scale, 0, -limit, limit).MoveToOuterDisposeScope();
    }

    private static Tensor Round(Tensor input, Tensor scale, int zeroPoint, int lowest, int highest)
    {
        Tensor rounded, clipped;
        using (no_grad())
        {
            var steps = (input.detach().to(ScalarType.Float32) / scale).round() + zeroPoint;
            var kept = steps.clamp(lowest, highest);
            clipped = steps.ne(kept);
            rounded = ((kept - zeroPoint) * scale).to(input.dtype);
        }

        // The difference is exactly zero, and carries the gradient.
        var through = input.masked_fill(clipped, 0);
        return rounded + (through - through.detach());
    }
}
