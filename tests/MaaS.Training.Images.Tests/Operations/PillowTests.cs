using System.Text.Json;
using MaaS.Images;
using MaaS.Onnx;
using MaaS.Training.Images.Operations;

namespace MaaS.Training.Images.Tests.Operations;

/// <summary>Every operation against Pillow's; Fixtures/pillow_transforms.py wrote what is expected.</summary>
public sealed class PillowTests
{
    private const byte Fill = 7;

    private static readonly JsonElement Fixture = JsonDocument.Parse(File.ReadAllBytes(
        Path.Combine(AppContext.BaseDirectory, "Fixtures", "pillow_transforms.json"))).RootElement;

    private static IEnumerable<TestCaseData> Cases => Fixture.GetProperty("cases").EnumerateArray().Select(static c
        => new TestCaseData(c).SetArgDisplayNames($"{c.GetProperty("mode")} {c.GetProperty("operation")} {c.GetProperty("value")}"));

    [TestCaseSource(nameof(Cases))]
    public void Operation_GivesPillowsBits(JsonElement fixture)
    {
        using var expected = ImageOf(fixture.GetProperty("image"));
        using var image = ImageOf(Fixture.GetProperty(fixture.GetProperty("mode").GetString()!));
        using var actual = Apply(fixture.GetProperty("operation").GetString()!, fixture.GetProperty("value").GetDouble(), image);

        Assert.That((actual.Width, actual.Height), Is.EqualTo((expected.Width, expected.Height)));
        Assert.That(Values(actual), Is.EqualTo(Values(expected)));
    }

    private static PixelImage Apply(string operation, double value, PixelImage image)
    {
        switch (operation.Split(' '))
        {
            case ["rotate", var filter, ..]:
                return Rotation.Apply(
                    image, value, Enum.Parse<ImageInterpolation>(filter, ignoreCase: true), operation.EndsWith("expand", StringComparison.Ordinal), Fill);
            case ["shear", "x"]:
                return AugmentOperation.Apply(image, 1, Math.Abs(value) / 0.3, value < 0, Fill);
            case ["shear", "y"]:
                return AugmentOperation.Apply(image, 2, Math.Abs(value) / 0.3, value < 0, Fill);
            case ["shift", "x"]:
                return AugmentOperation.Apply(image, 3, (Math.Abs(value) + 0.5) / (150.0 / 331 * image.Width), value < 0, Fill);
            case ["shift", "y"]:
                return AugmentOperation.Apply(image, 4, (Math.Abs(value) + 0.5) / (150.0 / 331 * image.Height), value < 0, Fill);
            case ["brightness"]:
                Enhancement.Brightness(image, value);
                return image;
            case ["contrast"]:
                Enhancement.Contrast(image, value);
                return image;
            case ["saturation"]:
                Enhancement.Saturation(image, value);
                return image;
            case ["sharpness"]:
                Enhancement.Sharpness(image, value);
                return image;
            case ["hue"]:
                HueTurn.Apply(image, value);
                return image;
            case ["posterize"]:
                Tones.Posterize(image, (int)value);
                return image;
            case ["solarize"]:
                Tones.Solarize(image, value);
                return image;
            case ["autocontrast"]:
                Tones.AutoContrast(image);
                return image;
            case ["equalize"]:
                Tones.Equalize(image);
                return image;
            default:
                throw new ArgumentException(operation);
        }
    }

    private static PixelImage ImageOf(JsonElement element)
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

    private static byte[] Values(PixelImage image)
        => image.Channels == 1 ? image.Pixels.ToArray() : [.. image.Pixels.ToArray().Where(static (_, i) => i % 4 < 3)];
}
