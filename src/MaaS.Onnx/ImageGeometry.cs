using System.Text.Json.Serialization;

namespace MaaS.Onnx;

/// <summary>How an image of any size becomes one of the model's: it is scaled, and then cut to its middle.</summary>
/// <remarks>The rules of torchvision's <c>Resize</c> and <c>CenterCrop</c> on images of Pillow.</remarks>
public sealed record ImageGeometry
{
    private const int MaxSize = 1 << 14;

    /// <summary>Length that the shorter side is scaled to, the other in proportion; null where
    /// <see cref="ResizeHeight"/> and <see cref="ResizeWidth"/> say both, or nothing is scaled.</summary>
    public int? ResizeShorter { get; init; }

    /// <summary>Height that is scaled to; null, or together with <see cref="ResizeWidth"/>.</summary>
    public int? ResizeHeight { get; init; }

    /// <summary>Width that is scaled to; null, or together with <see cref="ResizeHeight"/>.</summary>
    public int? ResizeWidth { get; init; }

    /// <summary>Height of the middle that is kept; null, or together with <see cref="CropWidth"/>.</summary>
    public int? CropHeight { get; init; }

    /// <summary>Width of the middle that is kept; null, or together with <see cref="CropHeight"/>.</summary>
    public int? CropWidth { get; init; }

    /// <summary>How it is scaled.</summary>
    public ImageInterpolation Interpolation { get; init; } = ImageInterpolation.Bilinear;

    /// <summary>What does not hold together; null where nothing is wrong.</summary>
    [JsonIgnore]
    public string? Fault
        => new[] { ResizeShorter, ResizeHeight, ResizeWidth, CropHeight, CropWidth }.Any(
            static size => size is < 1 or > MaxSize)
            ? $"sizes: expected 1 to {MaxSize} each"
            : ResizeHeight is null != ResizeWidth is null
                ? "resizeHeight and resizeWidth: expected both or none"
                : ResizeShorter is not null && ResizeHeight is not null
                    ? "expected resizeShorter, or resizeHeight and resizeWidth, got all of them"
                    : CropHeight is null != CropWidth is null
                        ? "cropHeight and cropWidth: expected both or none"
                        : Enum.IsDefined(Interpolation) ? null : $"interpolation: got {(int)Interpolation}";
}
