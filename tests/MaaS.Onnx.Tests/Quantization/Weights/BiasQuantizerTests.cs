using MaaS.Onnx.Quantization.Weights;


namespace MaaS.Onnx.Tests.Quantization.Weights;

public sealed class BiasQuantizerTests
{
    [Test]
    public void Quantize_Channels_EqualsNumPy()
    {
        var expected = ReferenceFixture.Section("bias");
        float[] bias = [.. expected.GetProperty("bias").EnumerateArray().Select(static value => value.GetSingle())];

        int[] quantized = BiasQuantizer.Quantize(bias, expected.Array<float>("scales"));

        Assert.That(
            quantized, Is.EqualTo(expected.GetProperty("quantized").EnumerateArray().Select(static v => v.GetInt32())));
    }

    [Test]
    public void FitScales_BiasTooGreat_EnlargesThatChannelOnly()
    {
        float[] scales = [1e-9f, 0.01f];
        float[] bias = [100, 1];

        int enlarged = BiasQuantizer.FitScales(scales, 0.1f, bias);
        int[] quantized = BiasQuantizer.Quantize(bias, BiasQuantizer.Scales(scales, 0.1f));

        Assert.That(enlarged, Is.EqualTo(1));
        Assert.That(scales[1], Is.EqualTo(0.01f));
        Assert.That(
            quantized[0], Is.EqualTo(BiasQuantizer.Limit).Within(1000).And.LessThanOrEqualTo(BiasQuantizer.Limit));
        Assert.That(quantized[0] * (double)scales[0] * 0.1f, Is.EqualTo(100).Within(1e-4));
    }

    [Test]
    public void Quantize_NotFitted_Overflows() =>
        Assert.That(() => BiasQuantizer.Quantize([100], [1e-10f]), Throws.TypeOf<OverflowException>());

    [Test]
    public void FitScales_NotFinite_Throws() =>
        Assert.That(() => BiasQuantizer.FitScales([1f], 1, [float.NaN]), Throws.ArgumentException);
}
