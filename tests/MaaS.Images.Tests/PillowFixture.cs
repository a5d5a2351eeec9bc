using System.Text.Json;

namespace MaaS.Images.Tests;

/// <summary>What Pillow made of images; Fixtures/pillow.py wrote it.</summary>
internal static class PillowFixture
{
    private static readonly JsonDocument Document = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "pillow.json")));

    public static JsonElement Root => Document.RootElement;

    public static byte[] FileOf(string name) => Root.GetProperty("files").GetProperty(name).GetProperty("file").GetBytesFromBase64();

    public static PixelImage ImageOf(string name) => Image(Root.GetProperty("files").GetProperty(name).GetProperty("image"));

    public static PixelImage Image(JsonElement element)
    {
        var image = new PixelImage(
            element.GetProperty("width").GetInt32(), element.GetProperty("height").GetInt32(), element.GetProperty("channels").GetInt32());
        var bytes = element.GetProperty("pixels").GetBytesFromBase64();
        for (var i = 0; i < bytes.Length; i++)
        {
            image.Pixels[image.Channels == 3 ? (i / 3 * 4) + (i % 3) : i] = bytes[i];
        }

        return image;
    }

    /// <summary>The values of every pixel without the byte that means nothing.</summary>
    public static byte[] Values(PixelImage image)
        => image.Channels == 1 ? image.Pixels.ToArray() : [.. image.Pixels.ToArray().Where(static (_, i) => i % 4 < 3)];

    public static int LargestDifference(PixelImage first, PixelImage second)
    {
        Assert.That((first.Width, first.Height, first.Channels), Is.EqualTo((second.Width, second.Height, second.Channels)));
        return Values(first).Zip(Values(second), static (a, b) => Math.Abs(a - b)).Max();
    }
}
