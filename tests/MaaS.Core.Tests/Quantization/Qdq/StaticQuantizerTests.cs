using MaaS.Core.Onnx;
using MaaS.Core.Quantization.Calibration;
using MaaS.Core.Quantization.Qdq;

namespace MaaS.Core.Tests.Quantization.Qdq;

/// <summary>On the networks that Fixtures/make_models.py trained.</summary>
public sealed class StaticQuantizerTests
{
    [TestCase("convnet")]
    [TestCase("mlp")]
    [TestCase("transformer")]
    public void Quantize_TrainedModel_KeepsAccuracyAndPassesTheChecker(string name)
    {
        var model = ModelFixture.Load(name);
        var quantized = Quantize(model, name, new());

        TestContext.Out.WriteLine(string.Join(' ', OnnxTools.OptimizedOperators(quantized)));
        Assert.Multiple(() =>
        {
            Assert.That(OnnxTools.Check(quantized), Is.Empty);
            Assert.That(ModelFixture.Accuracy(model, name), Is.EqualTo(ModelFixture.ExpectedAccuracy(name)).Within(0.002));
            Assert.That(ModelFixture.Accuracy(quantized, name), Is.GreaterThanOrEqualTo(ModelFixture.ExpectedAccuracy(name) - 0.01));
            TestContext.Out.WriteLine($"{ModelFixture.ExpectedAccuracy(name)} -> {ModelFixture.Accuracy(quantized, name)}, {model.WeightBytes} -> {quantized.WeightBytes}");
        });
    }

    private static OnnxModel Quantize(OnnxModel model, string name, StaticQuantizerOptions options)
    {
        var quantizer = new StaticQuantizer(options);
        return quantizer.Quantize(model, quantizer.Calibrate(model, ModelFixture.Calibration(name)));
    }
}
