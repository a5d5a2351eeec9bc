using MaaS.Onnx.Quantization.Dynamic;


namespace MaaS.Onnx.Tests.Quantization.Dynamic;

/// <summary>On the networks that Fixtures/make_models.py trained.</summary>
public sealed class DynamicQuantizerTests
{
    [TestCase("mlp", "DynamicQuantizeMatMul")]
    [TestCase("transformer", "MatMulIntegerToFloat")]
    [TestCase("lstm", "DynamicQuantizeLSTM")]
    public void Quantize_TrainedModel_FusesKeepsAccuracyAndPassesTheChecker(string name, string kernel)
    {
        var model = ModelFixture.Load(name);
        var quantized = new DynamicQuantizer().Quantize(model);

        var operators = OnnxTools.OptimizedOperators(quantized);
        TestContext.Out.WriteLine(
            $"{ModelFixture.Accuracy(model, name)} -> {ModelFixture.Accuracy(quantized, name)}, {model.WeightBytes} "
                + $"-> {quantized.WeightBytes}");
        Assert.Multiple(() =>
        {
            OnnxTools.Check(quantized);
            Assert.That(operators, Does.Contain(kernel));
            Assert.That(operators, Does.Not.Contain("MatMulInteger").And.Not.Contain("LSTM").And.Not.Contain("Gemm"));
            Assert.That(
                ModelFixture.Accuracy(quantized, name),
                Is.GreaterThanOrEqualTo(ModelFixture.ExpectedAccuracy(name) - 0.01));
            Assert.That((double)model.WeightBytes / quantized.WeightBytes, Is.GreaterThan(3.4));
        });
    }
}
