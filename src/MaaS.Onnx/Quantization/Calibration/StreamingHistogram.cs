using MaaS.Onnx.Quantization.Numerics;

namespace MaaS.Onnx.Quantization.Calibration;

/// <summary>Counts of values in equal bins on both sides of zero, filled batch by batch in constant memory.</summary>
/// <remarks>
/// The bin width is the least power of two with which all values seen so far fit; when a greater value comes, pairs of
/// bins are merged. Both steps are exact in floating point, so the result does not depend on how the values were split
/// into batches or ordered, and equals one pass over all of them.
/// </remarks>
internal sealed class StreamingHistogram
{
    /// <summary>Bins on each side of zero. The widest side always fills more than half of them.</summary>
    public const int Bins = 4096;

    private const int LeastExponent = -120;
    private readonly long[] _positive = new long[Bins];
    private readonly long[] _negative = new long[Bins];
    private int _exponent = LeastExponent;
    private ValueRange? _range;

    /// <summary>The width of one bin: bin b of a side holds magnitudes from b·width up to (b+1)·width.</summary>
    public double Width => Math.ScaleB(1, _exponent);

    /// <summary>Counts of values ≥ 0 by magnitude.</summary>
    public ReadOnlySpan<long> Positive => _positive;

    /// <summary>Counts of values below 0 by magnitude.</summary>
    public ReadOnlySpan<long> Negative => _negative;

    /// <summary>The least and the greatest value.</summary>
    /// <exception cref="InvalidOperationException">No value was observed.</exception>
    public ValueRange Range => _range ?? throw new InvalidOperationException("calibration: no value was observed");

    /// <summary>Counts values.</summary>
    /// <exception cref="ArgumentException">A value is not finite; none is counted then.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
        {
            return;
        }

        var batch = Extremes.Of(values);
        _range = _range is { } known ? known.Union(batch) : batch;
        Widen(Math.Max(Math.Abs(batch.Min), Math.Abs(batch.Max)));

        double perWidth = Math.ScaleB(1, -_exponent);
        foreach (float value in values)
        {
            int bin = (int)(Math.Abs(value) * perWidth);
            if (value >= 0)
            {
                _positive[bin]++;
            }
            else
            {
                _negative[bin]++;
            }
        }
    }

    /// <summary>Counts by magnitude, both signs together, up to the last bin in use.</summary>
    public long[] Magnitudes()
    {
        int used = Bins;
        while (used > 1 && _positive[used - 1] + _negative[used - 1] == 0)
        {
            used--;
        }

        var counts = new long[used];
        for (int i = 0; i < used; i++)
        {
            counts[i] = _positive[i] + _negative[i];
        }

        return counts;
    }

    private void Widen(float magnitude)
    {
        int needed = _exponent;
        while (magnitude >= Math.ScaleB(Bins, needed))
        {
            needed++;
        }

        int shift = needed - _exponent;
        if (shift == 0)
        {
            return;
        }

        Merge(_positive, shift);
        Merge(_negative, shift);
        _exponent = needed;
    }

    private static void Merge(long[] counts, int shift)
    {
        for (int i = 0; i < counts.Length; i++)
        {
            long count = counts[i];
            counts[i] = 0;
            counts[shift < 31 ? i >> shift : 0] += count;
        }
    }
}
