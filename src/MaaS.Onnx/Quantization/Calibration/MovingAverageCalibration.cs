using MaaS.Onnx.Quantization.Numerics;

namespace MaaS.Onnx.Quantization.Calibration;

/// <summary>An exponential moving average of each batch's least and greatest value: single outliers fade.</summary>
/// <remarks>Jacob et al. 2018, section 3.1; the default weight is PyTorch's MovingAverageMinMaxObserver's.</remarks>
public sealed class MovingAverageCalibration : ICalibrationMethod
{
    private readonly double _weight;

    /// <summary>Averages with a weight.</summary>
    /// <param name="weight">The share of the newest batch, above 0 and at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is outside its range.</exception>
    public MovingAverageCalibration(double weight = 0.01)
    {
        if (weight is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(weight), weight, "moving average: expected a weight above 0 and at most 1");
        }

        _weight = weight;
    }

    /// <inheritdoc/>
    public string Name => "moving-average";

    /// <inheritdoc/>
    public IRangeObserver CreateObserver() => new Observer(_weight);

    private sealed class Observer(double weight) : IRangeObserver
    {
        private (double Min, double Max)? _range;

        public void Observe(ReadOnlySpan<float> values)
        {
            if (values.IsEmpty)
            {
                return;
            }

            var batch = Extremes.Of(values);
            _range = _range is var (min, max)
                ? (min + weight * (batch.Min - min), max + weight * (batch.Max - max))
                : (batch.Min, batch.Max);
        }

        public ValueRange Range() => _range is var (min, max)
            ? new((float)min, (float)max)
            : throw new InvalidOperationException("calibration: no value was observed");
    }
}
