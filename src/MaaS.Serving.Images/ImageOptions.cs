namespace MaaS.Serving.Images;

/// <summary>Limits of image files in requests. They are checked before anything is decoded.</summary>
public sealed class ImageOptions
{
    /// <summary>Most bytes of a file. Default 16 MiB.</summary>
    public int MaxBytes { get; set; } = 16 << 20;

    /// <summary>Most pixels of an image, width times height: each takes 4 bytes while it is decoded. Default 16
    /// Mi.</summary>
    public long MaxPixels { get; set; } = 16 << 20;
}
