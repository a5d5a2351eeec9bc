using System.Buffers.Binary;
using System.IO.Hashing;

namespace MaaS.Images.Tests;

public sealed class ImageDecoderTests
{
    private static readonly string[] Lossless = ["png", "webp", "bmp", "gif"];

    [TestCaseSource(nameof(Lossless))]
    public void Decode_LosslessFile_GivesPillowsPixels(string name)
    {
        using var image = new ImageDecoder().Decode(PillowFixture.FileOf(name), 3);
        using var expected = PillowFixture.ImageOf(name);
        Assert.That(PillowFixture.Values(image), Is.EqualTo(PillowFixture.Values(expected)));
    }

    [TestCase("jpeg-444"), TestCase("jpeg-420"), TestCase("jpeg-grey")]
    public void Decode_Jpeg_GivesPillowsPixelsToOneLevel(string name)
    {
        using var expected = PillowFixture.ImageOf(name);
        using var image = new ImageDecoder().Decode(PillowFixture.FileOf(name), expected.Channels);
        Assert.That(PillowFixture.LargestDifference(image, expected), Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void Decode_ExifOrientation_IsApplied([Range(1, 8)] int orientation)
    {
        using var image = new ImageDecoder().Decode(PillowFixture.FileOf($"exif-{orientation}"), 3);
        using var expected = PillowFixture.ImageOf($"exif-{orientation}");
        Assert.That(PillowFixture.LargestDifference(image, expected), Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void Decode_ColourAsGrey_IsPillowsGrey()
    {
        using var image = new ImageDecoder().Decode(PillowFixture.FileOf("png"), 1);
        using var expected = PillowFixture.Image(PillowFixture.Root.GetProperty("grey").GetProperty("to"));
        Assert.That(image.Channels, Is.EqualTo(1));
        Assert.That(PillowFixture.Values(image), Is.EqualTo(PillowFixture.Values(expected)));
    }

    [TestCase("jpeg-420"), TestCase("png"), TestCase("gif"), TestCase("webp"), TestCase("bmp")]
    public void Decode_FileCutShort_IsRefused(string name)
        => Assert.That(
            () => new ImageDecoder().Decode(PillowFixture.FileOf(name).AsSpan(0, PillowFixture.FileOf(name).Length / 3), 3),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("whole").Or.Message.Contain("other bytes"));

    [Test]
    public void Decode_HeaderThatClaimsAHugeImage_IsRefusedBeforeMemoryIsTaken()
    {
        var png = PillowFixture.FileOf("png");
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 60_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 60_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32.HashToUInt32(png.AsSpan(12, 17)));
        var before = GC.GetTotalAllocatedBytes(precise: true);

        Assert.That(
            () => new ImageDecoder().Decode(png, 3),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("60000 by 60000"));
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void Decode_MoreBytesThanTheLimit_NamesBoth()
        => Assert.That(
            () => new ImageDecoder(new ImageLimits(MaxBytes: 100)).Decode(PillowFixture.FileOf("png"), 3),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("at most 100 bytes"));

    [TestCase(""), TestCase("no image"), TestCase("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    public void Decode_OtherBytes_SaysWhatIsTaken(string text)
        => Assert.That(
            () => new ImageDecoder().Decode(System.Text.Encoding.UTF8.GetBytes(text), 3),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("expected a JPEG, PNG, WebP, BMP or GIF file"));

    [Test]
    public void IsImage_TellsFilesByTheirFirstBytes()
    {
        foreach (var name in new[] { "jpeg-420", "png", "webp", "bmp", "gif" })
        {
            Assert.That(ImageSignature.IsImage(PillowFixture.FileOf(name)), name);
        }

        Assert.That(ImageSignature.IsImage("BM, or what begins like a bitmap file"u8), Is.False);
        Assert.That(ImageSignature.IsImage([]), Is.False);
    }

    [Test]
    public void DecodeFile_SameBytes_GivesTheSamePixels()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, PillowFixture.FileOf("png"));
            using var image = new ImageDecoder().DecodeFile(path, 3);
            using var expected = PillowFixture.ImageOf("png");
            Assert.That(PillowFixture.LargestDifference(image, expected), Is.Zero);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
