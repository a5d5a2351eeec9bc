using MaaS.Onnx.Inference;
using MaaS.Training.Checkpoints;
using MaaS.Training.Interop;
using MaaS.Training.Models;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Checkpoints;

/// <summary>The real weights of a ResNet-18, told by their places in an ONNX graph without names, against ONNX Runtime
/// on that graph; and round trips under the names of common checkpoints.</summary>
internal sealed class ResNetCheckpointTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("maas-resnet-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void LoadBackbone_GraphWithoutNames_GivesTheFeaturesOfOnnxRuntime()
    {
        var path = Path.Combine(PretrainedWeights.Find(PretrainedWeights.ResNet18), "model.onnx");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();

        var (model, report) = ResNetCheckpoint.LoadBackbone(path, classes: 5);

        using var owned = model;
        Assert.That(report.Missing, Is.EqualTo(new[] { "fc.weight", "fc.bias" }));
        Assert.That(report.Unexpected, Is.Empty);
        Assert.That(
            report.Taken, Has.Count.EqualTo(5 * 22), "22 convolutions: the stem, nine blocks of two, three shortcuts");
        // Pixels as the network was trained on them: blue, green, red, each without its mean.
        var images = rand(2, 3, 224, 224, generator: new Generator(5)) * 255 - 114;
        using var file = InferenceModel.Load(path);
        for (var i = 0; i < 2; i++)
        {
            using var expected = file.Run(new Dictionary<string, TensorValue>
            {
                [file.Inputs[0].Name] = TensorValues.Of(images[i].unsqueeze(0)),
            });
            var features = model.Features(images[i].unsqueeze(0));   // (1, 512)
            var reference = TensorValues.ToTensor(expected[0]).view(1, 512);
            Assert.That((features - reference).abs().max().item<float>(), Is.LessThan(1e-4));
            Assert.That(reference.max().item<float>(), Is.GreaterThan(1));
        }
    }

    [Test]
    public void LoadWeights_OwnFile_GivesTheSameLogits()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var first = new BasicResNet(classes: 7);
        using var second = new BasicResNet(classes: 7);
        var path = Path.Combine(_folder, "resnet18.safetensors");
        ModelWeights.Save(path, first);

        var report = ResNetCheckpoint.LoadWeights(second, path);

        first.eval();
        second.eval();
        var images = rand(1, 3, 64, 64);
        Assert.That(report.IsComplete, report.ToString());
        Assert.That(second.call(images).allclose(first.call(images)));
    }

    [Test]
    public void LoadBackbone_OtherHead_StaysFresh()
    {
        using var noGrad = no_grad();
        using var checkpoint = new BasicResNet(classes: 1000);
        var path = Path.Combine(_folder, "resnet18.safetensors");
        ModelWeights.Save(path, checkpoint);

        var (model, report) = ResNetCheckpoint.LoadBackbone(path, classes: 3);

        using var owned = model;

        Assert.That(report.Unexpected, Is.EquivalentTo(new[] { "fc.weight", "fc.bias" }));
        Assert.That(model.state_dict()["fc.weight"].shape, Is.EqualTo(new[] { 3L, 512 }));
        Assert.That(
            model.state_dict()["layer4.1.conv2.weight"].equal(checkpoint.state_dict()["layer4.1.conv2.weight"]).all()
                .item<bool>());
    }

    [Test]
    public void LoadBackbone_OtherNetwork_SaysWhatItFound()
    {
        using var model = new ConvNet(1, 28, 28, 10);
        var path = Path.Combine(_folder, "convnet.safetensors");
        ModelWeights.Save(path, model);

        Assert.That(
            () => ResNetCheckpoint.LoadBackbone(path, 3),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("conv1.weight and layer1.0.conv1.weight"));
    }

    [Test]
    public void LoadWeights_OtherClasses_NamesTheHead()
    {
        using var checkpoint = new BasicResNet(classes: 10);
        using var model = new BasicResNet(classes: 3);
        var path = Path.Combine(_folder, "resnet18.safetensors");
        ModelWeights.Save(path, checkpoint);

        Assert.That(
            () => ResNetCheckpoint.LoadWeights(model, path),
            Throws.InstanceOf<InvalidDataException>()
                .With.Message.Contains("fc.weight: expected (3,512), got float32 (10,512)"));
    }
}
