using System.Globalization;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Protocols;

/// <summary>Pixels of a request as inputs of a model.</summary>
internal static class ImagePixels
{
    /// <summary>Checks and normalises pixels in place.</summary>
    /// <param name="pixels">0 to 255, row-major.</param>
    /// <param name="shape">(N, C, H, W), or (N, H, W) for one channel.</param>
    /// <param name="input">What the model expects: (N, C, H, W).</param>
    /// <param name="preprocessing">Scale, mean and std.</param>
    /// <returns>(N, C, H, W).</returns>
    /// <exception cref="RequestException">400: another shape, or a value that is no pixel.</exception>
    public static long[] Prepare(Span<float> pixels, long[] shape, TensorSpec input, ImagePreprocessing preprocessing)
    {
        var channels = preprocessing.Mean.Count;
        long[] full = shape is [var n, var h, var w] && channels == 1 ? [n, 1, h, w] : shape;
        if (full.Length != 4 || !input.Fits(full))
        {
            throw RequestException.BadRequest(
                $"images: expected pixels of shape [N,{string.Join(',', input.Shape.Skip(1))}]"
                    + $"{(channels == 1 ? " (the 1 may be left out)" : "")}, got [{string.Join(',', shape)}]");
        }

        foreach (var pixel in pixels)
        {
            if (!(pixel >= 0 && pixel <= 255))
            {
                throw RequestException.BadRequest(
                    string.Create(CultureInfo.InvariantCulture, $"images: expected pixels from 0 to 255, got {pixel}"));
            }
        }

        preprocessing.Normalize(pixels, plane: (int)(full[2] * full[3]));
        return full;
    }
}
