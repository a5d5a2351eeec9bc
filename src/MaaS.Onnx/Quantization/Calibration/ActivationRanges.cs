using MaaS.Onnx.Quantization.Numerics;

namespace MaaS.Onnx.Quantization.Calibration;

/// <summary>The ranges that calibration chose, by the names of the graph's values.</summary>
public sealed class ActivationRanges
{
    private readonly Dictionary<string, ValueRange> _ranges;

    /// <summary>Takes ranges that were found elsewhere, in training for instance.</summary>
    public ActivationRanges(IEnumerable<KeyValuePair<string, ValueRange>> ranges) => _ranges = new(ranges);

    /// <summary>Names of the values that have a range.</summary>
    public IReadOnlyCollection<string> Values => _ranges.Keys;

    /// <summary>The range of a value.</summary>
    /// <exception cref="KeyNotFoundException">It was not calibrated.</exception>
    public ValueRange this[string value] => _ranges.TryGetValue(value, out var range)
        ? range
        : throw new KeyNotFoundException(
            $"quantization: the value '{value}' has no range; calibrate with the same graph and no more excluded nodes "
                + "than now");
}
