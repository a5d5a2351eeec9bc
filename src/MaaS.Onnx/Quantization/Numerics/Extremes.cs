using System.Numerics;
using System.Runtime.InteropServices;

namespace MaaS.Onnx.Quantization.Numerics;

/// <summary>The least and the greatest of many values, in one vectorised pass that also finds NaN and
/// infinity.</summary>
internal static class Extremes
{
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    public static ValueRange Of(ReadOnlySpan<float> values)
    {
        float min = float.PositiveInfinity, max = float.NegativeInfinity;
        float finite = 0;   // x·0 is 0 for every finite x and NaN for the others, and NaN survives the sum.
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        if (vectors.Length > 0)
        {
            Vector<float> low = vectors[0], high = vectors[0], zeros = Vector<float>.Zero;
            foreach (var vector in vectors)
            {
                low = Vector.Min(low, vector);
                high = Vector.Max(high, vector);
                zeros += vector * Vector<float>.Zero;
            }
            for (int i = 0; i < Vector<float>.Count; i++)
            {
                min = Math.Min(min, low[i]);
                max = Math.Max(max, high[i]);
                finite += zeros[i];
            }
        }
        foreach (float value in values[(vectors.Length * Vector<float>.Count)..])
        {
            min = Math.Min(min, value);
            max = Math.Max(max, value);
            finite += value * 0;
        }
        if (finite != 0)
        {
            throw NotFinite(values);
        }

        return new(min, max);
    }

    private static ArgumentException NotFinite(ReadOnlySpan<float> values)
    {
        int index = 0;
        while (float.IsFinite(values[index]))
        {
            index++;
        }

        return new ArgumentException($"quantization: expected finite values, got {values[index]} at element {index}");
    }
}
