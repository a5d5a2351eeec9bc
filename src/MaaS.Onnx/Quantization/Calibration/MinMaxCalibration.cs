using MaaS.Onnx.Quantization.Numerics;

namespace MaaS.Onnx.Quantization.Calibration;

/// <summary>The least and the greatest value seen: nothing is clipped, one outlier widens every step.</summary>
public sealed class MinMaxCalibration : ICalibrationMethod
{
    /// <inheritdoc/>
    public string Name => "minmax";

    /// <inheritdoc/>
    public IRangeObserver CreateObserver() => new Observer();

    private sealed class Observer : IRangeObserver
    {
        private ValueRange? _range;

        public void Observe(ReadOnlySpan<float> values)
        {
            if (values.IsEmpty)
            {
                return;
            }

            var batch = Extremes.Of(values);
            _range = _range is { } known ? known.Union(batch) : batch;
        }

        public ValueRange Range()
            => _range ?? throw new InvalidOperationException("calibration: no value was observed");
    }
}
