namespace MaaS.Onnx.Quantization.Numerics;

/// <summary>Linear quantization: real = <paramref name="Scale"/> · (quantized −
/// <paramref name="ZeroPoint"/>).</summary>
/// <param name="Scale">The real size of one step, above zero.</param>
/// <param name="ZeroPoint">The integer that stands for exactly 0.</param>
/// <remarks>Jacob et al. 2018, "Quantization and Training of Neural Networks", equation 1.</remarks>
public readonly record struct LinearParameters(float Scale, int ZeroPoint)
{
    private const float LeastNormal = 1.17549435e-38f;

    /// <summary>The parameters that spread an integer type over a range, which is first widened to hold 0.</summary>
    /// <exception cref="ArgumentException">An end is not finite, or they are in the wrong order.</exception>
    public static LinearParameters For(ValueRange range, QuantizedType type = QuantizedType.UInt8)
    {
        if (!float.IsFinite(range.Min) || !float.IsFinite(range.Max) || range.Min > range.Max)
        {
            throw new ArgumentException(
                $"quantization: expected a finite range, got [{range.Min}, {range.Max}]", nameof(range));
        }

        var (lowest, highest) = type.Bounds();
        double min = Math.Min(0, (double)range.Min), max = Math.Max(0, (double)range.Max);
        float scale = (float)((max - min) / (highest - lowest));
        // A tensor that is (almost) all zeros: any scale represents it, and a subnormal one divides to infinity.
        if (scale < LeastNormal)
        {
            return new(1, min < 0 ? highest : lowest);
        }

        return new(scale, (int)Math.Clamp(Math.Round(lowest - min / scale), lowest, highest));
    }

    /// <summary>The integer that stands for a value: rounded half to even, saturated.</summary>
    public int Quantize(float value, QuantizedType type = QuantizedType.UInt8)
    {
        var (lowest, highest) = type.Bounds();
        return (int)Math.Clamp(MathF.Round(value / Scale) + ZeroPoint, lowest, highest);
    }

    /// <summary>The value that an integer stands for.</summary>
    public float Dequantize(int quantized) => Scale * (quantized - ZeroPoint);
}
