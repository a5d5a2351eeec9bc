using System.Collections.Frozen;

namespace MaaS.Onnx.Quantization.Calibration;

/// <summary>The calibration methods by name, with their usual parameters.</summary>
public static class CalibrationMethods
{
    private static readonly FrozenDictionary<string, ICalibrationMethod> Methods = new ICalibrationMethod[]
    {
        new MinMaxCalibration(), new MovingAverageCalibration(), new PercentileCalibration(),
        new EntropyCalibration(), new MseCalibration(),
    }.ToFrozenDictionary(static method => method.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>All names, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Methods.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The method of a name, whatever its case.</summary>
    /// <exception cref="ArgumentException">No method has the name.</exception>
    public static ICalibrationMethod ByName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Methods.TryGetValue(name, out var method)
            ? method
            : throw new ArgumentException(
                $"calibration: expected one of {string.Join(", ", Names)}, got '{name}'", nameof(name));
    }
}
