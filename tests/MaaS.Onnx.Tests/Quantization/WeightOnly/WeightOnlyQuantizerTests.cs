using MaaS.Onnx.Quantization.WeightOnly;


namespace MaaS.Onnx.Tests.Quantization.WeightOnly;

/// <summary>On the networks that Fixtures/make_models.py trained.</summary>
public sealed class WeightOnlyQuantizerTests
{
    [TestCase("transformer", 8, true, 2.8, 0.005)]
    [TestCase("transformer", 4, true, 4.4, 0.02)]
    [TestCase("transformer", 4, false, 4.2, 0.02)]
    [TestCase("mlp", 4, true, 4.9, 0.02)]
    public void Quantize_TrainedModel_KeepsAccuracyAndPassesTheChecker(
        string name, int bits, bool symmetric, double smaller, double drop)
    {
        var model = ModelFixture.Load(name);
        var quantized = new WeightOnlyQuantizer(new() { Bits = bits, Symmetric = symmetric, BlockSize = 16 })
            .Quantize(model);

        TestContext.Out.WriteLine(
            $"{ModelFixture.Accuracy(model, name)} -> {ModelFixture.Accuracy(quantized, name)}, {model.WeightBytes} "
                + $"-> {quantized.WeightBytes}");
        Assert.Multiple(() =>
        {
            OnnxTools.Check(quantized);
            Assert.That(OnnxTools.OptimizedOperators(quantized), Does.Contain("MatMulNBits"));
            Assert.That(
                ModelFixture.Accuracy(quantized, name),
                Is.GreaterThanOrEqualTo(ModelFixture.ExpectedAccuracy(name) - drop));
            Assert.That((double)model.WeightBytes / quantized.WeightBytes, Is.GreaterThan(smaller));
        });
    }
}
