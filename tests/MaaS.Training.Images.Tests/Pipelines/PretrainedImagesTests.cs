using MaaS.Images;
using MaaS.Onnx.Inference;
using MaaS.Training.Checkpoints;
using MaaS.Training.Images.Pipelines;
using MaaS.Training.Models;
using static TorchSharp.torch;

namespace MaaS.Training.Images.Tests.Pipelines;

/// <summary>The network of set-up as the command reads pictures into it, against ONNX Runtime on its file, fed as its
/// makers say.</summary>
public sealed class PretrainedImagesTests
{
    private static readonly float[] MeansOfBlueGreenRed = [103.1f, 115.9f, 123.2f];

    [Test]
    public void Open_SetUpsNetwork_GivesItsFeaturesOfAPictureInRedGreenAndBlue()
    {
        using var pictures = new PictureFolder();
        pictures.Add("a/1.png", 3, 240, 230);
        pictures.Add("b/2.png", 4, 240, 230);
        using var start = PretrainedImages.Open(PretrainedWeights.ResNet18);
        var images = ImageFolder.Open(
            pictures.Path,
            new ImageFolderOptions { Transforms = new Compose(new CenterCrop(224), start.Normalization) });
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (inputs, _) = images.GetBatch(tensor([0L], [1], ScalarType.Int64), CPU);
        var features = start.Network.Features(inputs).data<float>().ToArray();   // (512)

        using var file = InferenceModel.Load(
            Path.Combine(PretrainedWeights.Find(PretrainedWeights.ResNet18), "model.onnx"));
        using var outputs = file.Run(
            TensorValue.Of(BlueGreenRed(pictures["a/1.png"]), [1, 3, 224, 224]));
        Assert.That(features, Is.EqualTo(outputs[0].AsSpan<float>().ToArray()).Within(1e-4));
        Assert.That(features.Max(), Is.GreaterThan(1), "features that tell something");
        Assert.That(start.Report.Missing, Is.EqualTo(PretrainedImages.HeadNames));
        Assert.That(start.Network.Blocks, Is.EqualTo(new[] { 2, 2, 2, 3 }));
    }

    [Test]
    public void Open_FileOfOnesOwn_ExpectsImageNetsNormalisation()
    {
        using var folder = new PictureFolder();
        using var network = new BasicResNet(classes: 9);
        ModelWeights.Save(folder["mine.safetensors"], network);
        using var start = PretrainedImages.Open(folder["mine.safetensors"]);
        Assert.That(start.Name, Is.EqualTo("mine"));
        Assert.That(start.Normalization, Is.EqualTo(Normalize.ImageNet));
        using var scope = NewDisposeScope();
        Assert.That(
            start.Network.state_dict()["conv1.weight"].eq(network.state_dict()["conv1.weight"]).all().item<bool>(),
            "the order of its colours stays");
    }

    [Test]
    public void Open_OtherWeights_SaysWhatIsExpected()
        => Assert.That(
            () => PretrainedImages.Open(PretrainedWeights.MiniLm),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("residual network"));

    private static float[] BlueGreenRed(string path)
    {
        using var decoded = new ImageDecoder().DecodeFile(path, 3);
        using var image = decoded.CenterCrop(224, 224);
        var values = new float[3 * 224 * 224];
        for (var c = 0; c < 3; c++)
        {
            for (var i = 0; i < 224 * 224; i++)
            {
                values[(c * 224 * 224) + i] = image.Pixels[(i * 4) + 2 - c] - MeansOfBlueGreenRed[c];
            }
        }

        return values;
    }
}
