using MaaS.Onnx.Quantization.Numerics;

namespace MaaS.Onnx.Quantization.Calibration;

/// <summary>Clips the magnitudes beyond a percentile: outliers saturate, all other steps become finer.</summary>
/// <remarks>Wu et al. 2020, "Integer Quantization for Deep Learning Inference", section 4.</remarks>
public sealed class PercentileCalibration : ICalibrationMethod
{
    private readonly double _percentile;

    /// <summary>Clips beyond a percentile.</summary>
    /// <param name="percentile">Percent of the magnitudes that stay inside, above 0 and at most 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">The percentile is outside its range.</exception>
    public PercentileCalibration(double percentile = 99.999)
    {
        if (percentile is not (> 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(
                nameof(percentile), percentile, "percentile: expected above 0 and at most 100");
        }

        _percentile = percentile;
    }

    /// <inheritdoc/>
    public string Name => "percentile";

    /// <inheritdoc/>
    public IRangeObserver CreateObserver() => new Observer(_percentile);

    private sealed class Observer(double percentile) : IRangeObserver
    {
        private readonly StreamingHistogram _histogram = new();

        public void Observe(ReadOnlySpan<float> values) => _histogram.Add(values);

        /// <summary>The threshold is the upper edge of the first bin with which the percentage is reached.</summary>
        public ValueRange Range()
        {
            var range = _histogram.Range;
            long[] counts = _histogram.Magnitudes();
            double needed = percentile / 100 * counts.Sum();
            long inside = 0;
            int bin = 0;
            while (bin < counts.Length - 1 && (inside += counts[bin]) < needed)
            {
                bin++;
            }

            return range.Clip((float)((bin + 1) * _histogram.Width));
        }
    }
}
