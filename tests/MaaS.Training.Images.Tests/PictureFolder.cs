using MaaS.Tests;
using SkiaSharp;

namespace MaaS.Training.Images.Tests;

/// <summary>A folder of small pictures of classes, deleted with the test.</summary>
internal sealed class PictureFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    public string this[string name] => _folder[name];

    /// <summary>Pictures of classes a, b, c in turn, JPEG and PNG, each of its own size and colours.</summary>
    public static PictureFolder Of(int count, int width = 24, int height = 20, bool sizes = true)
    {
        var folder = new PictureFolder();
        for (var i = 0; i < count; i++)
        {
            var name = $"{(char)('a' + (i % 3))}/{i:000}{(i % 2 == 0 ? ".jpg" : ".png")}";
            folder.Add(name, i, width + (sizes ? i % 7 : 0), height + (sizes ? i % 5 : 0));
        }

        return folder;
    }

    public void Add(string name, int seed, int width, int height)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, new SKColor((byte)((x * 9) + seed), (byte)((y * 11) + (seed * 3)), (byte)((x * y) + (seed * 7))));
            }
        }

        using var data = bitmap.Encode(
            name.EndsWith(".png", StringComparison.Ordinal) ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 95);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], data.ToArray());
    }

    /// <summary>Cuts a file to its first half.</summary>
    public void Break(string name)
    {
        var bytes = File.ReadAllBytes(this[name]);
        File.WriteAllBytes(this[name], bytes[..(bytes.Length / 2)]);
    }

    public void Dispose() => _folder.Dispose();
}
