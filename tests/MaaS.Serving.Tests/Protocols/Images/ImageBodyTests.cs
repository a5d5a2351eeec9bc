using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using MaaS.Onnx;
using Microsoft.Extensions.DependencyInjection;
using SkiaSharp;

namespace MaaS.Serving.Tests.Protocols.Images;

/// <summary>PNG and JPEG bodies for an image model.</summary>
public sealed class ImageBodyTests
{
    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    private static byte[] Pixels
        => [.. ModelsFolder.Expected.GetProperty("conv").GetProperty("pixels")[0].EnumerateArray().SelectMany(Flat)
            .Select(p => (byte)p)];

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder();
        await ModelsFolder.CreateDigitsAsync(_models["digits.maas"]);
        var geometry = new ImageGeometry { CropHeight = 28, CropWidth = 28 };
        await ModelsFolder.CreateDigitsAsync(
            _models["sized.maas"],
            m => m with { Name = "sized", Preprocessing = m.Preprocessing! with { Geometry = geometry } });
        _server = await TestServer.StartAsync(
            o => o.ModelsPath = _models.Path,
            builder: b => b.Services.AddMaaSImages(o => (o.MaxBytes, o.MaxPixels) = (100_000, 10_000)));
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [TestCase(0)]
    [TestCase(2)]
    public async Task Png_OfTheModelsSize_AnswersAsItsPixels(int colorType)
    {
        var expected = await SendAsync([.. "P5 28 28 255\n"u8, .. Pixels]);
        var actual = await SendAsync(Png(28, 28, Pixels, colorType));

        Assert.That(actual.Text, Is.EqualTo(expected.Text));
        Assert.That(actual.Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Jpeg_OfOneGrey_AnswersAsItsPixels()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(56, 28, SKColorType.Gray8, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(128, 128, 128));
        using var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 100);
        var expected = await SendAsync([.. "P5 28 28 255\n"u8, .. Enumerable.Repeat((byte)128, 784)]);

        var actual = await SendAsync(jpeg.ToArray());

        Assert.That(actual.Text, Is.EqualTo(expected.Text));
    }

    [Test]
    public async Task Png_OfAnotherSize_IsScaledAndCutToItsMiddle()
    {
        // The middle 28 of 84 columns, all of 28 rows.
        var wide = new byte[84 * 28];
        for (var row = 0; row < 28; row++)
        {
            Pixels.AsSpan(row * 28, 28).CopyTo(wide.AsSpan((row * 84) + 28));
        }

        var expected = await SendAsync([.. "P5 28 28 255\n"u8, .. Pixels]);
        Assert.That((await SendAsync(Png(84, 28, wide, 0))).Text, Is.EqualTo(expected.Text));
    }

    // The package says to cut and not to scale: the digit in the middle of a larger page.
    [Test]
    public async Task Png_WithTheGeometryOfThePackage_IsSizedByIt()
    {
        var page = new byte[40 * 60];
        for (var row = 0; row < 28; row++)
        {
            Pixels.AsSpan(row * 28, 28).CopyTo(page.AsSpan(((row + 6) * 60) + 16));
        }

        var expected = await SendAsync([.. "P5 28 28 255\n"u8, .. Pixels]);
        var sized = await SendAsync(Png(60, 40, page, 0), "sized");
        Assert.That(sized.Text, Is.EqualTo(expected.Text));
        Assert.That((await SendAsync(Png(60, 40, page, 0))).Text, Is.Not.EqualTo(expected.Text));
    }

    [Test]
    public async Task WebP_OfOneGrey_AnswersAsItsPixels()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(28, 28, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(128, 128, 128));
        using var pixels = bitmap.PeekPixels();
        using var file = pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100));
        var expected = await SendAsync([.. "P5 28 28 255\n"u8, .. Enumerable.Repeat((byte)128, 784)]);

        Assert.That((await SendAsync(file!.ToArray())).Text, Is.EqualTo(expected.Text));
    }

    [Test]
    public async Task Png_OfTooManyPixels_IsRefusedBeforeItIsDecoded()
    {
        var (status, text) = await SendAsync(Png(200, 100, new byte[20_000], 0));

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(text, Does.Contain("10000 pixels"));
    }

    [Test]
    public async Task Png_HeaderThatClaimsAHugeImage_IsRefused()
    {
        var png = Png(28, 28, Pixels, 0);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 100_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 100_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc(png.AsSpan(12, 17)));

        Assert.That((await SendAsync(png)).Text, Does.Contain("pixels"));
    }

    [Test]
    public async Task File_TooLongOrCutShort_IsRefused()
    {
        var noise = new byte[120_000];
        Png(28, 28, Pixels, 0).CopyTo(noise, 0);
        Assert.That((await SendAsync(noise)).Text, Does.Contain("100000 bytes"));

        var (status, text) = await SendAsync(Png(28, 28, Pixels, 0)[..60]);
        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(text, Does.Contain("whole PNG"));
    }

    [Test]
    public async Task Png_WithoutThePackage_NamesIt()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
        using var content = new ByteArrayContent(Png(28, 28, Pixels, 0));
        using var response = await server.Client.PostAsync(new Uri("/predictions/digits", UriKind.Relative), content);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("MaaS.Serving.Images"));
    }

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(byte[] image, string model = "digits")
    {
        using var content = new ByteArrayContent(image);
        using var response = await _server.Client.PutAsync(new Uri($"/predictions/{model}", UriKind.Relative), content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static IEnumerable<double> Flat(JsonElement e)
        => e.ValueKind == JsonValueKind.Array ? e.EnumerateArray().SelectMany(Flat) : [e.GetDouble()];

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }

    /// <summary>A PNG file by the specification: grey (0) or the same in red, green and blue (2), no filter.</summary>
    private static byte[] Png(int width, int height, byte[] grey, int colorType)
    {
        using var file = new MemoryStream();
        file.Write([0x89, .. "PNG"u8, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, (byte)colorType);
        Chunk("IHDR"u8, header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var row in grey.Chunk(width))
            {
                zlib.WriteByte(0);
                zlib.Write([.. colorType == 0 ? row : row.SelectMany(p => new[] { p, p, p })]);
            }
        }

        Chunk("IDAT"u8, packed.ToArray());
        Chunk("IEND"u8, []);
        return file.ToArray();

        void Chunk(ReadOnlySpan<byte> name, byte[] data)
        {
            byte[] body = [.. name, .. data];
            Span<byte> number = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
            file.Write(number);
            file.Write(body);
            BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
            file.Write(number);
        }
    }
}
