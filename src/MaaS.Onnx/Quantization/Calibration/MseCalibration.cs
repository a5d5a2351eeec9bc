using MaaS.Onnx.Quantization.Numerics;

namespace MaaS.Onnx.Quantization.Calibration;

/// <summary>The threshold with the least mean squared error of rounding and clipping together.</summary>
/// <remarks>Choukroun et al. 2019, "Low-bit Quantization of Neural Networks for Efficient Inference".</remarks>
public sealed class MseCalibration : ICalibrationMethod
{
    /// <summary>Thresholds tried: 1 %, 2 %, … 100 % of the greatest magnitude.</summary>
    private const int Candidates = 100;

    /// <inheritdoc/>
    public string Name => "mse";

    /// <inheritdoc/>
    public IRangeObserver CreateObserver() => new Observer();

    private sealed class Observer : IRangeObserver
    {
        private readonly StreamingHistogram _histogram = new();

        public void Observe(ReadOnlySpan<float> values) => _histogram.Add(values);

        public ValueRange Range()
        {
            var range = _histogram.Range;
            double greatest = Math.Max(Math.Abs((double)range.Min), Math.Abs((double)range.Max));
            var best = range;
            double least = double.PositiveInfinity;
            for (int i = Candidates; i >= 1; i--)
            {
                var candidate = range.Clip((float)(greatest * i / Candidates));
                double error = SquaredError(candidate);
                if (error < least)
                {
                    (least, best) = (error, candidate);
                }
            }
            return best;
        }

        /// <summary>Summed over all values, each taken at the middle of its bin.</summary>
        private double SquaredError(ValueRange range)
        {
            var parameters = LinearParameters.For(range);
            double width = _histogram.Width, sum = 0;
            ReadOnlySpan<long> positive = _histogram.Positive, negative = _histogram.Negative;
            for (int bin = 0; bin < StreamingHistogram.Bins; bin++)
            {
                double value = (bin + 0.5) * width;
                if (positive[bin] != 0)
                {
                    sum += positive[bin] * Squared(value, parameters);
                }

                if (negative[bin] != 0)
                {
                    sum += negative[bin] * Squared(-value, parameters);
                }
            }
            return sum;
        }

        private static double Squared(double value, LinearParameters parameters)
        {
            double quantized = Math.Clamp(Math.Round(value / parameters.Scale) + parameters.ZeroPoint, 0, 255);
            double error = value - parameters.Scale * (quantized - parameters.ZeroPoint);
            return error * error;
        }
    }
}
