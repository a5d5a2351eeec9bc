using System.IO.Compression;

namespace MaaS.Serving.Tests.Http.Unpacking;

/// <summary>Bodies as .NET's own compressors make them.</summary>
internal static class PackedBodies
{
    public static readonly string[] Codings = ["gzip", "deflate", "br"];

    public static byte[] Pack(
        string coding, ReadOnlySpan<byte> content, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var packed = new MemoryStream();
        using (Stream packing = coding switch
        {
            "gzip" => new GZipStream(packed, level, leaveOpen: true),
            "deflate" => new ZLibStream(packed, level, leaveOpen: true),
            "br" => new BrotliStream(packed, level, leaveOpen: true),
            _ => throw new ArgumentException($"expected gzip, deflate or br, got {coding}"),
        })
        {
            packing.Write(content);
        }

        return packed.ToArray();
    }
}
