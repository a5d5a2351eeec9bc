using MaaS.Onnx;

namespace MaaS.Serving.Protocols.Images;

/// <summary>
/// Turns image files into pixels. Register as a service; the package MaaS.Serving.Images brings one for JPEG,
/// PNG, WebP, BMP and GIF. It must check the file's size and its pixels before it decodes any.
/// </summary>
public interface IImageDecoder
{
    /// <summary>Whether bytes begin as a file that it decodes does.</summary>
    bool Recognizes(ReadOnlySpan<byte> bytes);

    /// <summary>Decodes a file.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="channels">1 for grey, 3 for red, green and blue.</param>
    /// <param name="height">Height wanted; null for the file's own.</param>
    /// <param name="width">Width wanted; null for the file's own.</param>
    /// <param name="geometry">How the model's package wants images sized; null where it says nothing, and then height
    /// and width count.</param>
    /// <exception cref="InvalidDataException">
    /// The file is broken, or larger than the limits; the message is for the client.
    /// </exception>
    DecodedImage Decode(
        ReadOnlySpan<byte> bytes, int channels, int? height, int? width, ImageGeometry? geometry);
}

/// <summary>An image's pixels.</summary>
/// <param name="Pixels">(C, H, W), row-major, 0 to 255.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
public sealed record DecodedImage(float[] Pixels, int Height, int Width);
