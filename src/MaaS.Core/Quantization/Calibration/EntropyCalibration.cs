namespace MaaS.Core.Quantization.Calibration;

/// <summary>The threshold whose quantized distribution loses least information (Kullback–Leibler divergence).</summary>
/// <remarks>
/// Migacz 2017, "8-bit Inference with TensorRT". Magnitudes are counted in at least 2048 bins and quantized to 128 levels,
/// or to 256 where no value is negative: fewer bins leave too few candidates to choose from. The bin at zero counts as
/// many values as its neighbour.
/// </remarks>
public sealed class EntropyCalibration : ICalibrationMethod
{
    /// <summary>The count that an empty bin is smoothed to, so that the divergence stays finite.</summary>
    private const double Epsilon = 1e-4;

    /// <inheritdoc/>
    public string Name => "entropy";

    /// <inheritdoc/>
    public IRangeObserver CreateObserver() => new Observer();

    private sealed class Observer : IRangeObserver
    {
        private readonly StreamingHistogram _histogram = new();

        public void Observe(ReadOnlySpan<float> values) => _histogram.Add(values);

        public ValueRange Range()
        {
            var range = _histogram.Range;
            int levels = range.Min >= 0 ? 256 : 128;
            long[] counts = _histogram.Magnitudes();
            // Zeros are exact under every threshold; the many of a Relu or an image's background would outweigh all else.
            if (counts.Length > 1) counts[0] = counts[1];
            return range.Clip((float)(BestBins(counts, levels) * _histogram.Width));
        }
    }

    /// <summary>How many of the lowest bins to keep; the least count wins a tie.</summary>
    private static int BestBins(long[] counts, int levels)
    {
        var expected = new double[counts.Length];
        var quantized = new double[counts.Length];
        int best = counts.Length;
        double least = double.PositiveInfinity;
        long total = counts.Sum();
        long inside = counts.Take(levels - 1).Sum();
        for (int kept = levels; kept <= counts.Length; kept++)
        {
            inside += counts[kept - 1];
            double divergence = Divergence(
                counts.AsSpan(0, kept), total - inside, levels, expected.AsSpan(0, kept), quantized.AsSpan(0, kept));
            if (divergence < least) (least, best) = (divergence, kept);
        }
        return best;
    }

    /// <summary>KL(expected ‖ quantized) when values beyond the slice saturate into its last bin.</summary>
    private static double Divergence(
        ReadOnlySpan<long> slice, long outliers, int levels, Span<double> expected, Span<double> quantized)
    {
        for (int i = 0; i < slice.Length; i++) expected[i] = slice[i];
        expected[^1] += outliers;

        int width = slice.Length / levels;
        for (int level = 0; level < levels; level++)
        {
            int start = level * width, end = level == levels - 1 ? slice.Length : start + width;
            double sum = 0;
            int occupied = 0;
            for (int i = start; i < end; i++)
            {
                sum += slice[i];
                if (expected[i] != 0) occupied++;
            }
            for (int i = start; i < end; i++) quantized[i] = expected[i] != 0 ? sum / occupied : 0;
        }
        return Smooth(expected) && Smooth(quantized) ? KullbackLeibler(expected, quantized) : double.PositiveInfinity;
    }

    /// <summary>Gives empty bins ε and takes it evenly from the others; false where these cannot spare it.</summary>
    private static bool Smooth(Span<double> counts)
    {
        int empty = 0;
        foreach (double count in counts) empty += count == 0 ? 1 : 0;
        int occupied = counts.Length - empty;
        if (occupied == 0) return false;
        double taken = Epsilon * empty / occupied;
        foreach (ref double count in counts)
        {
            count = count == 0 ? Epsilon : count - taken;
            if (count <= 0) return false;
        }
        return true;
    }

    private static double KullbackLeibler(ReadOnlySpan<double> p, ReadOnlySpan<double> q)
    {
        double pSum = 0, qSum = 0, sum = 0;
        for (int i = 0; i < p.Length; i++)
        {
            pSum += p[i];
            qSum += q[i];
            sum += p[i] * Math.Log(p[i] / q[i]);
        }
        return sum / pSum + Math.Log(qSum / pSum);
    }
}
