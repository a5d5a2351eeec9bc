using MaaS.Onnx.Inference;
using MaaS.Serving.Routing;

namespace MaaS.Serving.Tests.Routing;

public sealed class ShadowComparisonTests
{
    [TestCase(new[] { 1f, 100f }, new[] { 1f, 100f }, 0)]
    [TestCase(new[] { 1f, 100f }, new[] { 1f, 110f }, 10 / 101.0, TestName = "relative for large numbers")]
    [TestCase(new[] { 0f, 1f }, new[] { 0.01f, 1f }, 0.01, TestName = "absolute for small numbers")]
    [TestCase(new[] { float.NaN, 1f }, new[] { float.NaN, 1f }, 0, TestName = "both NaN")]
    [TestCase(new[] { float.NaN, 1f }, new[] { 0f, 1f }, double.PositiveInfinity, TestName = "one NaN")]
    [TestCase(new[] { float.PositiveInfinity }, new[] { float.PositiveInfinity }, 0, TestName = "both infinite")]
    public void Difference_Numbers_IsAbsoluteOrRelative(float[] a, float[] b, double expected)
        => Assert.That(
            Difference(TensorValue.Of(a, a.Length), TensorValue.Of(b, b.Length)), Is.EqualTo(expected).Within(1e-6));

    [Test]
    public void Difference_OtherTypeShapeOrNames_IsInfinite()
    {
        var answer = TensorValue.Of(new[] { 1f, 2f }, 2);
        Assert.That(Difference(answer, TensorValue.Of(new[] { 1.0, 2.0 }, 2)), Is.EqualTo(double.PositiveInfinity));
        Assert.That(Difference(answer, TensorValue.Of(new[] { 1f, 2f }, 1, 2)), Is.EqualTo(double.PositiveInfinity));
        Assert.That(Difference(answer, answer, "z"), Is.EqualTo(double.PositiveInfinity));
        Assert.That(
            Difference(TensorValue.OfStrings(["a"], 1), TensorValue.OfStrings(["b"], 1)),
            Is.EqualTo(double.PositiveInfinity));
        Assert.That(Difference(TensorValue.Of(new[] { 1L }, 1), TensorValue.Of(new[] { 1L }, 1)), Is.Zero);
    }

    private static double Difference(TensorValue answer, TensorValue shadow, string name = "y")
        => ShadowComparison.Difference(
            [("y", answer)],
            new InferenceOutputs([shadow], [new TensorSpec(name, shadow.Type, shadow.Shape.ToArray())]));
}
