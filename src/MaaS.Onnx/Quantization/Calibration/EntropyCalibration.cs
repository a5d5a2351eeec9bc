using MaaS.Onnx.Quantization.Numerics;

namespace MaaS.Onnx.Quantization.Calibration;

/// <summary>The threshold whose quantized distribution loses least information (Kullback–Leibler divergence).</summary>
/// <remarks>
/// Migacz 2017, "8-bit Inference with TensorRT". Magnitudes are counted in at least 2048 bins and quantized to 128
/// levels, or to 256 where no value is negative: fewer bins leave too few candidates to choose from. The bin at zero
/// counts as many values as its neighbour.
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
            // Zeros are exact under every threshold; the many of a Relu or an image's background would outweigh all
            // else.
            if (counts.Length > 1)
            {
                counts[0] = counts[1];
            }

            return range.Clip((float)(BestBins(counts, levels) * _histogram.Width));
        }
    }

    /// <summary>How many of the lowest bins to keep; the least count wins a tie.</summary>
    private static int BestBins(long[] counts, int levels)
    {
        int best = counts.Length;
        double least = double.PositiveInfinity;
        long total = counts.Sum();
        for (int kept = levels; kept <= counts.Length; kept++)
        {
            double divergence = Divergence(counts.AsSpan(0, kept), total, levels);
            if (divergence < least)
            {
                (least, best) = (divergence, kept);
            }
        }
        return best;
    }

    /// <summary>
    /// KL(P ‖ Q): P is the slice with all values beyond it saturated into its last bin, Q the slice merged into levels
    /// and spread again over P's occupied bins. Empty bins of both become ε, taken evenly from the occupied ones; where
    /// P is empty so is Q, and the two cancel.
    /// </summary>
    private static double Divergence(ReadOnlySpan<long> slice, long total, int levels)
    {
        long inside = 0;
        foreach (long count in slice)
        {
            inside += count;
        }

        long last = slice[^1] + total - inside;
        int width = slice.Length / levels;
        var (occupied, represented) = Occupied(slice, last, levels, width);
        double takenFromP = Taken(slice.Length, occupied), takenFromQ = Taken(slice.Length, represented);

        double sum = 0;
        for (int level = 0; level < levels; level++)
        {
            var bins = Level(slice, level, levels, width);
            var (values, used) = Count(bins, level == levels - 1 ? last : bins[^1]);
            if (used == 0)
            {
                continue;
            }

            double q = values == 0 ? Epsilon : (double)values / used - takenFromQ;
            if (q <= 0)
            {
                return double.PositiveInfinity;
            }

            double logQ = Math.Log(q);
            for (int i = 0; i < bins.Length; i++)
            {
                double p = level == levels - 1 && i == bins.Length - 1 ? last : bins[i];
                if (p == 0)
                {
                    continue;
                }

                p -= takenFromP;
                if (p <= 0)
                {
                    return double.PositiveInfinity;
                }

                sum += p * (Math.Log(p) - logQ);
            }
        }
        return sum / total + Math.Log((double)inside / total);
    }

    // How many bins of P hold values, and how many of Q do: a level without values inside has none.
    private static (int P, int Q) Occupied(ReadOnlySpan<long> slice, long last, int levels, int width)
    {
        int p = 0, q = 0;
        for (int level = 0; level < levels; level++)
        {
            var bins = Level(slice, level, levels, width);
            var (values, used) = Count(bins, level == levels - 1 ? last : bins[^1]);
            p += used;
            if (values > 0)
            {
                q += used;
            }
        }
        return (p, q);
    }

    private static ReadOnlySpan<long> Level(ReadOnlySpan<long> slice, int level, int levels, int width) =>
        level == levels - 1 ? slice[(level * width)..] : slice.Slice(level * width, width);

    // Values inside the slice, and bins that hold any when the last one's count is another.
    private static (long Values, int Used) Count(ReadOnlySpan<long> bins, long last)
    {
        long values = bins[^1];
        int used = last > 0 ? 1 : 0;
        foreach (long count in bins[..^1])
        {
            values += count;
            if (count > 0)
            {
                used++;
            }
        }
        return (values, used);
    }

    private static double Taken(int bins, int occupied) =>
        occupied > 0 ? Epsilon * (bins - occupied) / occupied : double.PositiveInfinity;
}
