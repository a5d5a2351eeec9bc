using System.Numerics.Tensors;

namespace MaaS.Onnx;

/// <summary>How pixels become model inputs: <c>(pixel · Scale − Mean[c]) / Std[c]</c> for channel c.</summary>
/// <param name="Scale">Factor on the pixel, as 1/255 for bytes.</param>
/// <param name="Mean">(C), subtracted after scaling; one for each channel.</param>
/// <param name="Std">(C), the divisor; one for each channel, none 0.</param>
public sealed record ImagePreprocessing(double Scale, IReadOnlyList<double> Mean, IReadOnlyList<double> Std)
{
    /// <summary>How images of other sizes are brought to the model's before; null where they come in its
    /// size.</summary>
    public ImageGeometry? Geometry { get; init; }

    /// <summary>Turns pixels into inputs, in place.</summary>
    /// <param name="pixels">(N, C, H, W), row-major, with as many channels as there are means.</param>
    /// <param name="plane">H · W, above 0.</param>
    public void Normalize(Span<float> pixels, int plane)
    {
        for (var start = 0; start < pixels.Length; start += plane)
        {
            var channel = start / plane % Mean.Count;
            var values = pixels.Slice(start, plane);
            TensorPrimitives.Multiply(values, (float)(Scale / Std[channel]), values);
            TensorPrimitives.Subtract(values, (float)(Mean[channel] / Std[channel]), values);
        }
    }
}
