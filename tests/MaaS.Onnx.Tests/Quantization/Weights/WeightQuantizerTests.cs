using System.Text.Json;
using MaaS.Onnx.Quantization.Weights;

namespace MaaS.Onnx.Tests.Quantization.Weights;

/// <summary>Against the NumPy reference in Fixtures/make_reference.py.</summary>
public sealed class WeightQuantizerTests
{
    private static IEnumerable<TestCaseData> Tensors() => ReferenceFixture.Cases("weights");

    [TestCaseSource(nameof(Tensors))]
    public void Quantize_Tensor_EqualsNumPy(JsonElement expected)
    {
        float[] weights = expected.Array<float>("weights");
        long[] dims = [.. expected.GetProperty("dims").EnumerateArray().Select(static size => size.GetInt64())];
        int? axis = expected.GetProperty("axis").ValueKind == JsonValueKind.Null
            ? null : expected.GetProperty("axis").GetInt32();
        bool reduce = expected.GetProperty("reduce_range").GetBoolean();

        float[] scales = WeightQuantizer.Scales(weights, dims, axis, reduce);
        sbyte[] quantized = WeightQuantizer.Quantize(weights, dims, axis, scales, reduce);

        Assert.That(scales, Is.EqualTo(expected.Array<float>("scales")));
        Assert.That(quantized, Is.EqualTo(expected.Array<sbyte>("quantized")));
        float[] restored = WeightQuantizer.Dequantize(quantized, dims, axis, scales);
        double worst = weights.Zip(restored, static (a, b) => Math.Abs(a - b)).Max();
        Assert.That(worst, Is.LessThanOrEqualTo(scales.Max() / 2 * 1.0001));
    }

    [Test]
    public void Scales_NotFinite_Throws() =>
        Assert.That(
            () => WeightQuantizer.Scales([1, float.NaN], [2], null),
            Throws.ArgumentException.With.Message.Contain("NaN"));

    [Test]
    public void Scales_EmptyChannel_StaysFinite()
    {
        float[] scales = WeightQuantizer.Scales([0, 0, 1, 2], [2, 2], 0);

        Assert.That(scales, Is.EqualTo(new[] { WeightQuantizer.EmptyScale, 2 / 127f }));
        Assert.That(
            WeightQuantizer.Quantize([0, 0, 1, 2], [2, 2], 0, scales), Is.EqualTo(new sbyte[] { 0, 0, 64, 127 }));
    }
}
