using System.Buffers.Binary;
using System.IO.Compression;
using MaaS.Training.Reports;

namespace MaaS.Training.Tests.Reports;

public sealed class PngTests
{
    // As every encoder writes them: the header of one grey pixel and the end, with their checksums.
    private const string Start = "89504E470D0A1A0A0000000D4948445200000001000000010800000000"
        + "3A7E9B55", End = "0000000049454E44AE426082";

    [Test]
    public void Encode_OneGreyPixel_StartsAndEndsAsOtherEncodersDo()
    {
        var file = Convert.ToHexString(Png.Encode([7], 1, 1, 1));
        Assert.That(file, Does.StartWith(Start).And.EndsWith(End));
    }

    [Test]
    public void Encode_Colour_InterleavesChannelsInUnfilteredRows()
    {
        byte[] pixels = [1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24];   // (3, 2, 2)
        var file = Png.Encode(pixels, 3, 2, 2);

        const int Data = 8 + 25;   // After signature and header.
        var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(Data));
        using var zlib = new ZLibStream(new MemoryStream(file, Data + 8, length), CompressionMode.Decompress);
        using var rows = new MemoryStream();
        zlib.CopyTo(rows);

        Assert.That(rows.ToArray(), Is.EqualTo(new byte[] { 0, 1, 11, 21, 2, 12, 22, 0, 3, 13, 23, 4, 14, 24 }));
    }
}
