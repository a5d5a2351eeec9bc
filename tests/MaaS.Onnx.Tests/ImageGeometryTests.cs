namespace MaaS.Onnx.Tests;

public sealed class ImageGeometryTests
{
    private static IEnumerable<TestCaseData> Faulty =>
    [
        new(new ImageGeometry { ResizeShorter = 0 }, "sizes"),
        new(new ImageGeometry { CropHeight = 1 << 20, CropWidth = 5 }, "sizes"),
        new(new ImageGeometry { ResizeHeight = 5 }, "resizeHeight and resizeWidth"),
        new(new ImageGeometry { ResizeShorter = 5, ResizeHeight = 5, ResizeWidth = 5 }, "all of them"),
        new(new ImageGeometry { CropWidth = 5 }, "cropHeight and cropWidth"),
        new(new ImageGeometry { Interpolation = (ImageInterpolation)9 }, "interpolation: got 9"),
    ];

    [TestCaseSource(nameof(Faulty))]
    public void Fault_OfWhatDoesNotHoldTogether_IsNamed(ImageGeometry geometry, string fault) => Assert.That(geometry.Fault, Does.Contain(fault));

    [Test]
    public void Fault_OfSoundGeometry_IsNull()
    {
        Assert.That(new ImageGeometry().Fault, Is.Null);
        Assert.That(new ImageGeometry { ResizeShorter = 256, CropHeight = 224, CropWidth = 200 }.Fault, Is.Null);
        Assert.That(new ImageGeometry { ResizeHeight = 32, ResizeWidth = 24 }.Fault, Is.Null);
    }
}
