using MaaS.Onnx.Quantization.Numerics;

namespace MaaS.Onnx.Quantization.Weights;

/// <summary>Symmetric int8 weights: zero point 0, one scale for each channel or one for the whole tensor.</summary>
/// <remarks>Wu et al. 2020, "Integer Quantization for Deep Learning Inference", sections 3.1 and 3.3.</remarks>
public static class WeightQuantizer
{
    /// <summary>The scale of channels without any weight; small, so that a bias under it stays exact.</summary>
    public const float EmptyScale = 1f / (1 << 20);

    // Smaller ones would take a product with the input's scale out of float's normal range.
    private const float LeastScale = 1e-30f;

    /// <summary>The greatest quantized magnitude.</summary>
    /// <param name="reduceRange">Keeps sums of two products inside 16 bits, where the processor adds them so.</param>
    public static int Limit(bool reduceRange) => reduceRange ? 64 : 127;

    /// <summary>The scale of each channel: greatest magnitude / limit.</summary>
    /// <param name="weights">Row-major values.</param>
    /// <param name="dims">The tensor's shape.</param>
    /// <param name="axis">The channel axis; null for one scale.</param>
    /// <param name="reduceRange">See <see cref="Limit"/>.</param>
    /// <exception cref="ArgumentException">A weight is NaN or infinite.</exception>
    public static float[] Scales(
        ReadOnlySpan<float> weights, ReadOnlySpan<long> dims, int? axis, bool reduceRange = false)
    {
        var layout = new ChannelLayout(dims, axis);
        var scales = new float[layout.Channels];
        for (int outer = 0; outer < layout.Outer; outer++)
        {
            for (int channel = 0; channel < scales.Length; channel++)
            {
                var run = weights.Slice(layout.Start(outer, channel), layout.Inner);
                if (run.IsEmpty)
                {
                    continue;
                }

                var (min, max) = Extremes.Of(run);
                scales[channel] = Math.Max(scales[channel], Math.Max(-min, max));
            }
        }
        int limit = Limit(reduceRange);
        foreach (ref float scale in scales.AsSpan())
        {
            scale /= limit;
            if (scale < LeastScale)
            {
                scale = EmptyScale;
            }
        }
        return scales;
    }

    /// <summary>Weights over given scales: rounded half to even, saturated at ±limit.</summary>
    /// <param name="weights">Row-major values.</param>
    /// <param name="dims">The tensor's shape.</param>
    /// <param name="axis">The channel axis; null for one scale.</param>
    /// <param name="scales">One for each channel.</param>
    /// <param name="reduceRange">See <see cref="Limit"/>.</param>
    public static sbyte[] Quantize(
        ReadOnlySpan<float> weights, ReadOnlySpan<long> dims, int? axis, ReadOnlySpan<float> scales,
        bool reduceRange = false)
    {
        var layout = new ChannelLayout(dims, axis);
        int limit = Limit(reduceRange);
        var quantized = new sbyte[weights.Length];
        for (int outer = 0; outer < layout.Outer; outer++)
        {
            for (int channel = 0; channel < layout.Channels; channel++)
            {
                int start = layout.Start(outer, channel);
                float scale = scales[channel];
                for (int i = start; i < start + layout.Inner; i++)
                {
                    quantized[i] = (sbyte)Math.Clamp(MathF.Round(weights[i] / scale), -limit, limit);
                }
            }
        }
        return quantized;
    }

    /// <summary>The values that quantized weights stand for.</summary>
    public static float[] Dequantize(
        ReadOnlySpan<sbyte> quantized, ReadOnlySpan<long> dims, int? axis, ReadOnlySpan<float> scales)
    {
        var layout = new ChannelLayout(dims, axis);
        var values = new float[quantized.Length];
        for (int outer = 0; outer < layout.Outer; outer++)
        {
            for (int channel = 0; channel < layout.Channels; channel++)
            {
                int start = layout.Start(outer, channel);
                for (int i = start; i < start + layout.Inner; i++)
                {
                    values[i] = quantized[i] * scales[channel];
                }
            }
        }
        return values;
    }
}
