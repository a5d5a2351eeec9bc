using MaaS.Images;
using MaaS.Onnx;
using MaaS.Serving.Images;
using Microsoft.Extensions.Options;

namespace MaaS.Training.Images.Tests;

public sealed class ComposeTests
{
    [Test]
    public void Constructor_StepsInAnotherOrder_AreRefused()
    {
        Assert.That(() => new Compose(Normalize.ImageNet, new Resize(8)), Throws.ArgumentException.With.Message.Contain("Normalize, Resize"));
        Assert.That(() => new Compose(Normalize.ImageNet, Normalize.ImageNet), Throws.ArgumentException);
        Assert.That(() => new Compose(new RandomErasing(), Normalize.ImageNet), Throws.ArgumentException);
    }

    [Test]
    public void Preprocessing_OfResizeCropAndNormalize_SaysAllOfIt()
    {
        var preprocessing = new Compose(new Resize(256, ImageInterpolation.Bicubic), new CenterCrop(224, 200), Normalize.ImageNet).Preprocessing(3);
        Assert.That(
            preprocessing.Geometry,
            Is.EqualTo(new ImageGeometry { ResizeShorter = 256, CropHeight = 224, CropWidth = 200, Interpolation = ImageInterpolation.Bicubic }));
        Assert.That((preprocessing.Scale, preprocessing.Mean[2], preprocessing.Std[0]), Is.EqualTo((1 / 255.0, 0.406, 0.229)));
        Assert.That(new Compose().Preprocessing(1).Geometry, Is.Null);
    }

    [Test]
    public void Preprocessing_OfStepsThatNoServerRepeats_NamesThem()
    {
        Assert.That(() => new Compose(new RandomResizedCrop(8)).Preprocessing(3), Throws.InvalidOperationException.With.Message.Contain("RandomResizedCrop"));
        Assert.That(() => new Compose(new CenterCrop(8), new Resize(4)).Preprocessing(3), Throws.InvalidOperationException);
        Assert.That(() => new Compose(Normalize.ImageNet).Preprocessing(1), Throws.InvalidOperationException.With.Message.Contain("1 channels"));
    }

    [Test]
    public void ToString_TellsSettingsApart()
        => Assert.That(
            new Compose(new Resize(8), new Normalize([0.1], [0.2])).ToString(),
            Does.Contain("ResizeShorter = 8").And.Contain("[0.1]").And.Not.EqualTo(new Compose(new Resize(9), new Normalize([0.1], [0.2])).ToString()));

    // The server's decoder, given what the package says, and the package's normalisation: bit by bit training's input.
    [TestCase(3, "a/000.jpg"), TestCase(3, "b/001.png"), TestCase(1, "c/002.jpg")]
    public void Server_WithThePackagesPreprocessing_MakesTheSameInput(int channels, string name)
    {
        using var pictures = PictureFolder.Of(6);
        var folder = ImageFolder.Open(pictures.Path, new ImageFolderOptions
        {
            Channels = channels,
            Transforms = new Compose(
                new Resize(14), new CenterCrop(12), channels == 3 ? Normalize.ImageNet : new Normalize([0.3], [0.2])),
        });
        var position = folder.Names.ToList().IndexOf(name);
        var trained = Epochs.Read(folder, Epochs.Plan(batchSize: 1, shuffle: false))[position].Inputs;

        var decoder = new SkiaImageDecoder(Options.Create(new ImageOptions()));
        var decoded = decoder.Decode(File.ReadAllBytes(pictures[name]), channels, 12, 12, folder.Preprocessing.Geometry);
        folder.Preprocessing.Normalize(decoded.Pixels, 12 * 12);

        Assert.That((decoded.Height, decoded.Width), Is.EqualTo((12, 12)));
        Assert.That(decoded.Pixels, Is.EqualTo(trained));
    }
}
