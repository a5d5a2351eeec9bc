namespace MaaS.Onnx.Quantization.Weights;

/// <summary>Biases as int32 with the scale of the products they are added to: input scale · weight scale, zero point
/// 0.</summary>
public static class BiasQuantizer
{
    /// <summary>
    /// The greatest quantized bias: half of what int32 holds. The other half is for the products: 2^30 / (255 · 127) =
    /// 33,000 of them can be summed without overflow.
    /// </summary>
    public const int Limit = 1 << 30;

    /// <summary>Enlarges the weight scales under which a bias would overflow. The weights are quantized
    /// afterwards.</summary>
    /// <param name="weightScales">One, or one for each bias; changed in place.</param>
    /// <param name="inputScale">The scale of the activations.</param>
    /// <param name="bias">The bias of each channel.</param>
    /// <returns>How many scales were enlarged.</returns>
    /// <exception cref="ArgumentException">A bias is NaN or infinite.</exception>
    public static int FitScales(Span<float> weightScales, float inputScale, ReadOnlySpan<float> bias)
    {
        int enlarged = 0;
        for (int i = 0; i < bias.Length; i++)
        {
            if (!float.IsFinite(bias[i]))
            {
                throw new ArgumentException($"quantization: expected finite biases, got {bias[i]} at element {i}");
            }

            ref float scale = ref weightScales[weightScales.Length == 1 ? 0 : i];
            double least = Math.Abs((double)bias[i]) / Limit / inputScale;
            if (scale >= least)
            {
                continue;
            }

            scale = MathF.BitIncrement((float)least);
            enlarged++;
        }
        return enlarged;
    }

    /// <summary>The scale of each bias.</summary>
    public static float[] Scales(ReadOnlySpan<float> weightScales, float inputScale)
    {
        var scales = new float[weightScales.Length];
        for (int i = 0; i < scales.Length; i++)
        {
            scales[i] = inputScale * weightScales[i];
        }

        return scales;
    }

    /// <summary>The quantized biases: rounded half to even.</summary>
    /// <param name="bias">The bias of each channel.</param>
    /// <param name="scales">One, or one for each bias.</param>
    /// <exception cref="OverflowException">A bias does not fit: <see cref="FitScales"/> was not called.</exception>
    public static int[] Quantize(ReadOnlySpan<float> bias, ReadOnlySpan<float> scales)
    {
        var quantized = new int[bias.Length];
        for (int i = 0; i < bias.Length; i++)
        {
            quantized[i] = checked((int)Math.Round(bias[i] / (double)scales[scales.Length == 1 ? 0 : i]));
        }

        return quantized;
    }
}
