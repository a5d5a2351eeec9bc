namespace MaaS.Onnx.Quantization.Analysis;

/// <summary>Signal-to-quantization-noise ratio, summed over batches.</summary>
public sealed class Sqnr
{
    private double _signal, _noise;

    /// <summary>10 · log₁₀(Σ x² / Σ (x − x̂)²); infinite when nothing differs, even where all values are 0.</summary>
    public double Decibels
        => _noise == 0
        ? double.PositiveInfinity
        : double.IsInfinity(_noise) ? double.NegativeInfinity : 10 * Math.Log10(_signal / _noise);

    /// <summary>Takes in a batch whose values cannot be told apart one by one, as their number differs: all of it is
    /// noise.</summary>
    public void AddIncomparable() => _noise = double.PositiveInfinity;

    /// <summary>Takes in a batch.</summary>
    /// <param name="exact">The float values.</param>
    /// <param name="quantized">What stands for them.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Add(ReadOnlySpan<float> exact, ReadOnlySpan<float> quantized)
    {
        if (exact.Length != quantized.Length)
        {
            throw new ArgumentException(
                $"sqnr: expected {exact.Length} values, got {quantized.Length}", nameof(quantized));
        }

        for (int i = 0; i < exact.Length; i++)
        {
            // Infinity for infinity and NaN for NaN is no error; neither is it a signal.
            if (exact[i].Equals(quantized[i]) && !float.IsFinite(exact[i]))
            {
                continue;
            }
            double value = exact[i], error = value - quantized[i];
            _signal += value * value;
            _noise += error * error;
        }
        if (double.IsNaN(_noise) || double.IsNaN(_signal) || double.IsInfinity(_signal))
        {
            AddIncomparable();
        }
    }
}
