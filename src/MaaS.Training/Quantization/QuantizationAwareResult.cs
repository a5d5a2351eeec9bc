using MaaS.Onnx;


namespace MaaS.Training.Quantization;

/// <summary>A network exported after quantization-aware training.</summary>
/// <param name="Model">With QuantizeLinear/DequantizeLinear pairs, as <c>StaticQuantizer</c> writes them.</param>
/// <param name="Float">The same network without them.</param>
/// <param name="Report">Which ranges came from where.</param>
public sealed record QuantizationAwareResult(OnnxModel Model, OnnxModel Float, QuantizationAwareReport Report);

/// <summary>Where the ranges of a network's rounded values come from.</summary>
/// <param name="Learned">Values with the ranges that training averaged: training saw their rounding.</param>
/// <param name="Calibrated">Values with the ranges they had on the example, because no layer reads them directly, such
/// as sums of residuals: training did not see their rounding.</param>
/// <param name="FloatNodes">Products by weights that stay float: excluded, or not run through <c>call</c> in
/// training.</param>
public sealed record QuantizationAwareReport(
    IReadOnlyList<string> Learned, IReadOnlyList<string> Calibrated, IReadOnlyList<string> FloatNodes)
{
    /// <summary>One line for each kind.</summary>
    public override string ToString() =>
        $"learned: {Join(Learned)}\ncalibrated on the example: {Join(Calibrated)}\nfloat: {Join(FloatNodes)}\n";

    private static string Join(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
