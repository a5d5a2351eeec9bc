using MaaS.Training.Checkpoints;
using MaaS.Training.Models;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models;

internal sealed class ModelTests
{
    // Counted by hand: 784·32+32 + 32·10+10; 32·9+32 + 5408·10+10.
    [TestCase("mlp", 25450)]
    [TestCase("convnet", 54410)]
    public void Create_Default_HasTheExpectedParameters(string name, long parameters)
    {
        using var model = ModelCatalog.Create(name, [1, 28, 28], 10);
        Assert.That(model.parameters().Sum(static p => p.NumberOfElements), Is.EqualTo(parameters));
    }

    [TestCase("mlp")]
    [TestCase("convnet")]
    [TestCase("resnet")]
    public void Forward_AnyBatch_GivesOneLogitAClass(string name)
    {
        using var scope = NewDisposeScope();
        using var model = ModelCatalog.Create(name, [3, 20, 16], 7);
        model.eval();
        Assert.That(model.call(rand([5, 3, 20, 16])).shape, Is.EqualTo(new long[] { 5, 7 }));
    }

    [TestCase("convnet")]
    [TestCase("resnet")]
    public void Forward_TrainingModeWithoutRandomness_EqualsNoGradMode(string name)
    {
        using var scope = NewDisposeScope();
        using var model = ModelCatalog.Create(name, [1, 28, 28], 10, seed: 1);
        var x = rand([3, 1, 28, 28]);
        model.eval();
        var recorded = model.call(x).detach();
        using var noGrad = no_grad();
        Assert.That((model.call(x) - recorded).abs().max().item<float>(), Is.LessThan(1e-5));
    }

    // Glorot, Bengio 2010: uniform within ±√(6/(fan_in+fan_out)).
    [Test]
    public void Create_Weights_FillTheXavierInterval()
    {
        using var scope = NewDisposeScope();
        using var model = new ConvNet();
        var bound = Math.Sqrt(6.0 / (5408 + 10));
        var largest = model.state_dict()["dense.weight"].abs().max().item<float>();
        Assert.Multiple(() =>
        {
            Assert.That(largest, Is.LessThanOrEqualTo(bound).And.GreaterThan(0.99 * bound));
            Assert.That(model.state_dict()["dense.bias"].abs().max().item<float>(), Is.Zero);
        });
    }

    [Test]
    public void Create_SameSeed_SameWeights()
    {
        using var scope = NewDisposeScope();
        using var a = ModelCatalog.Create("resnet", [1, 28, 28], 10, seed: 5);
        using var b = ModelCatalog.Create("resnet", [1, 28, 28], 10, seed: 5);
        Assert.That(a.state_dict().All(e => e.Value.allclose(b.state_dict()[e.Key], 0, 0)), Is.True);
    }

    [Test]
    public void Create_UnknownName_NamesTheChoices()
        => Assert.That(
            () => ModelCatalog.Create("convnt", [1, 28, 28], 10),
            Throws.ArgumentException.With.Message.Contains("convnet, mlp, resnet"));

    [Test]
    public void Create_NameOfTheOtherKind_SaysWhatItClassifies()
        => Assert.Multiple(() =>
        {
            Assert.That(
                () => ModelCatalog.Create("lstm", [1, 28, 28], 10),
                Throws.ArgumentException.With.Message.Contains(
                    "convnet, mlp, resnet, resnet18, vit, got 'lstm', which classifies texts."));
            Assert.That(
                () => ModelCatalog.Create("convnet", new TextModelSizes(), vocabulary: 30, classes: 2, maxLength: 16),
                Throws.ArgumentException.With.Message
                    .Contains("gru, lstm, textcnn, transformer, got 'convnet', which classifies images."));
        });

    [Test]
    public void All_Models_AreTheImageAndTheTextModels()
        => Assert.That(
            ModelCatalog.All.Select(static m => m.Name),
            Is.EqualTo(
                ModelCatalog.Images.Concat<ModelEntry>(ModelCatalog.Texts).Select(static m => m.Name)
                    .Order(StringComparer.Ordinal)));

    [Test]
    public void Constructor_SizesTooSmall_Throw()
        => Assert.Multiple(() =>
        {
            Assert.That(
                () => new ConvNet(height: 3),
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("ConvNet"));
            Assert.That(
                () => new Mlp(classes: 1),
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("classes"));
            Assert.That(
                () => new ResNet(stageCount: 0),
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("stageCount"));
        });

    [Test]
    public void SaveLoad_Weights_ComeBackAndMisfitsChangeNothing()
    {
        using var scope = NewDisposeScope();
        using var a = ModelCatalog.Create("resnet", [1, 28, 28], 10, seed: 1);
        using var b = ModelCatalog.Create("resnet", [1, 28, 28], 10, seed: 2);
        using var other = ModelCatalog.Create("resnet", [1, 28, 28], 7, seed: 3);
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():n}.safetensors");
        ModelWeights.Save(path, a, new Dictionary<string, string> { ["model"] = "resnet" });
        var untouched = other.state_dict()["conv.weight"].clone();
        try
        {
            var metadata = ModelWeights.Load(path, b);
            Assert.Multiple(() =>
            {
                Assert.That(metadata["model"], Is.EqualTo("resnet"));
                Assert.That(a.state_dict().All(e => e.Value.allclose(b.state_dict()[e.Key], 0, 0)), Is.True);
                Assert.That(
                    () => ModelWeights.Load(path, other),
                    Throws.InstanceOf<InvalidDataException>().With.Message.Contains("dense.weight"));
                Assert.That(other.state_dict()["conv.weight"].allclose(untouched, 0, 0), Is.True);
            });
        }
        finally
        {
            File.Delete(path);
        }
    }
}
