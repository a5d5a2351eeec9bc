using System.Buffers.Binary;

namespace MaaS.Images;

/// <summary>What the first bytes of a file say of its kind.</summary>
public static class ImageSignature
{
    private const int InfoHeader = 40, LargestHeader = 124;
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF];

    /// <summary>Endings of the files that are decoded, lower-case.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"];

    /// <summary>Whether bytes begin as a JPEG, PNG, WebP, GIF or BMP file does.</summary>
    /// <param name="bytes">A file, or its first 32 bytes at least.</param>
    public static bool IsImage(ReadOnlySpan<byte> bytes)
        => bytes.StartsWith(Png) || bytes.StartsWith(Jpeg)
            || (bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8))
            || bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8) || IsBitmap(bytes);

    // Two letters alone are too little: the length of the second header tells a bitmap from other bytes.
    private static bool IsBitmap(ReadOnlySpan<byte> bytes)
        => bytes.Length > 26 && bytes.StartsWith("BM"u8)
            && BinaryPrimitives.ReadInt32LittleEndian(bytes[14..]) is >= InfoHeader and <= LargestHeader;
}
