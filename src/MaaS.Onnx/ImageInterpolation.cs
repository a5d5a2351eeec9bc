namespace MaaS.Onnx;

/// <summary>How pixels between pixels are found when an image is scaled.</summary>
public enum ImageInterpolation
{
    /// <summary>A triangle around each pixel, widened where the image shrinks.</summary>
    Bilinear,

    /// <summary>The nearest pixel.</summary>
    Nearest,

    /// <summary>A cubic (Keys, a = −0.5) around each pixel, widened where the image shrinks.</summary>
    Bicubic,
}
