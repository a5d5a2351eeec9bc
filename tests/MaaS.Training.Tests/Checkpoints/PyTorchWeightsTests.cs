using MaaS.Training.Checkpoints;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Checkpoints;

/// <summary>State dictionaries in the format of torch.save (Fixtures/make_pytorch.py).</summary>
internal sealed class PyTorchWeightsTests
{
    [TestCase("weights.pth")]
    [TestCase("wrapped.pth")]
    public void Open_StateDictionary_GivesEveryTensor(string file)
    {
        using var weights = WeightFile.Open(Fixture(file));
        using var scope = NewDisposeScope();

        Assert.That(
            weights.Entries.Select(static e => e.Name),
            Is.EquivalentTo(new[] { "layer.weight", "layer.bias", "scale" }));
        Assert.That(weights.Read("layer.weight").shape, Is.EqualTo(new long[] { 2, 3 }));
        Assert.That(Values(weights.Read("layer.weight")), Is.EqualTo(new float[] { 0, 1, 2, 3, 4, 5 }));
        Assert.That(Values(weights.Read("layer.bias")), Is.EqualTo(new float[] { 6, 7 }));
        Assert.That(weights.Read("scale").dtype, Is.EqualTo(ScalarType.Float16));
        Assert.That(Values(weights.Read("scale")), Is.EqualTo(new[] { 1.5f, -2 }));
    }

    [TestCase("strided.pth", "non-contiguous")]
    [TestCase("offset.pth", "storage offset 4")]
    public void Open_ViewOfAStorage_IsRefused(string file, string reason)
        => Assert.That(
            () => WeightFile.Open(Fixture(file)),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(reason));

    [Test]
    public void Open_OtherBytes_NamesWhatWasExpected()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "other.pth");
        File.WriteAllBytes(path, [1, 2, 3, 4]);

        Assert.That(
            () => WeightFile.Open(path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("state dictionary"));
    }

    [Test]
    public void Open_FolderWithoutWeights_NamesWhatItLooksFor()
        => Assert.That(
            () => WeightFile.Open(TestContext.CurrentContext.WorkDirectory),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("pytorch_model.bin"));

    private static float[] Values(Tensor tensor) => [.. tensor.to(ScalarType.Float32).contiguous().data<float>()];

    private static string Fixture(string file)
        => Path.Combine(TestContext.CurrentContext.TestDirectory, "Checkpoints", "Fixtures", file);
}
