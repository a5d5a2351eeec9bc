namespace MaaS.Images;

/// <summary>Limits of image files. They are checked before anything is decoded.</summary>
/// <param name="MaxBytes">Most bytes of a file.</param>
/// <param name="MaxPixels">Most pixels of an image, width times height: each takes 4 bytes while it is decoded.</param>
public sealed record ImageLimits(int MaxBytes = 64 << 20, long MaxPixels = 64 << 20);
