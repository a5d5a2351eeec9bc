using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.HalfPrecision;
using MaaS.Onnx.Tests.Quantization.Qdq;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests.Quantization.HalfPrecision;

/// <summary>On the networks that Fixtures/make_models.py trained.</summary>
public sealed class HalfPrecisionConverterTests
{
    [Test]
    public void StoreWeights_TrainedModel_HalvesTheBytesAndStaysClose(
        [Values("convnet", "mlp", "transformer", "lstm")] string name, [Values] HalfType type)
    {
        var model = ModelFixture.Load(name);

        var stored = HalfPrecisionConverter.StoreWeights(model, type);

        Assert.Multiple(() =>
        {
            OnnxTools.Check(stored);
            Assert.That((double)model.WeightBytes / stored.WeightBytes, Is.GreaterThan(1.85));
            Assert.That(WorstDifference(model, stored, name), Is.LessThan(type == HalfType.Float16 ? 0.02 : 0.2));
        });
    }

    [Test]
    public void Convert_ToFloat16_RunsAndStaysClose([Values("convnet", "mlp", "transformer", "lstm")] string name)
    {
        var model = ModelFixture.Load(name);

        var converted = HalfPrecisionConverter.Convert(model, HalfType.Float16);

        Assert.Multiple(() =>
        {
            OnnxTools.Check(converted);
            Assert.That(converted.Graph.Initializer.Select(static t => t.Type()), Has.None.EqualTo(DataType.Float));
            Assert.That(
                converted.Outputs.Concat(converted.Inputs).Select(static v => v.ElementType()),
                Has.None.EqualTo(DataType.Float16));
            Assert.That(WorstDifference(model, converted, name), Is.LessThan(0.05));
        });
    }

    /// <summary>No kernel of this machine computes in bfloat16: the checker judges the types.</summary>
    [Test]
    public void Convert_ToBFloat16_PassesTheChecker([Values("convnet", "transformer")] string name)
    {
        var converted = HalfPrecisionConverter.Convert(ModelFixture.Load(name), HalfType.BFloat16);

        OnnxTools.Check(converted);
        Assert.That(converted.Graph.Initializer.Select(static t => t.Type()), Has.Some.EqualTo(DataType.Bfloat16));
    }

    /// <summary>Resize reads float scales, and the graph returns a value in the middle and one that a float operator
    /// makes.</summary>
    [Test]
    public void Convert_FloatOnlyOperators_AreSurroundedByCasts()
    {
        var g = new TestGraphs();
        string x = g.Node("Relu", [g.Conv(g.Input(2, 6, 6), "first", 2, 3)]);
        string large = g.Node("Resize", [x, "", g.Builder.Constant<float>([1, 1, 2, 2], 4)], ("mode", "linear"));
        string summed = g.Node("CumSum", [g.Conv(large, "second", 3, 2), g.Builder.Scalar(1)]);
        var model = g.Build(x, large, summed, g.Node("Sigmoid", [summed]));

        var converted = HalfPrecisionConverter.Convert(model, HalfType.Float16, new HashSet<string> { "Sigmoid" });

        using var first = InferenceModel.Load(model.ToByteArray());
        using var second = InferenceModel.Load(converted.ToByteArray());
        var batch = TestGraphs.Normal(1, 2, 2, 6, 6)[0];
        using var expected = first.Run(batch);
        using var actual = second.Run(batch);
        for (int i = 0; i < 4; i++)
        {
            Assert.That(actual[i].Shape.ToArray(), Is.EqualTo(expected[i].Shape.ToArray()));
            Assert.That(Difference(expected[i], actual[i]), Is.LessThan(0.03), $"output {i}");
        }
    }

    [Test]
    public void Convert_BeyondFloat16_Saturates()
    {
        var g = new TestGraphs();
        string mask = g.Builder.AddInitializer(OnnxTensor.Create<float>("mask", [-1e9f, 0, 1e-12f, 1], 4));
        var model = g.Build(g.Node("Add", [g.Input(4), mask]));

        var half = HalfPrecisionConverter.Convert(model, HalfType.Float16).Graph.Initializer.Single().ToArray<Half>();

        Assert.That(half, Is.EqualTo(new[] { (Half)(-65504f), (Half)0f, Half.Epsilon, (Half)1f }));
    }

    [Test]
    public void StoreWeights_BFloat16_RoundsHalfToEven()
    {
        var g = new TestGraphs();
        float[] values = [.. Enumerable.Repeat(1f, 60), 1 + 1 / 256f, 1 + 3 / 256f, -1.00001f, 3.14159f];
        string weights = g.Builder.AddInitializer(OnnxTensor.Create<float>("w", values, 64));
        var model = g.Build(g.Node("Add", [g.Input(64), weights]));

        var bits = HalfPrecisionConverter.StoreWeights(model, HalfType.BFloat16).Graph.Initializer.Single().Bytes()
            .ToArray();

        ushort[] last = [.. Enumerable.Range(60, 4).Select(i => BitConverter.ToUInt16(bits, 2 * i))];
        Assert.That(last, Is.EqualTo(new ushort[] { 0x3F80, 0x3F82, 0xBF80, 0x4049 }));   // 1, 1 + 2/128, −1, 3.140625
    }

    private static double WorstDifference(OnnxModel exact, OnnxModel half, string name)
    {
        using var first = InferenceModel.Load(exact.ToByteArray());
        using var second = InferenceModel.Load(half.ToByteArray());
        var input = ModelFixture.Test(name).First();
        using var expected = first.Run(input);
        using var actual = second.Run(input);
        return Difference(expected[0], actual[0]);
    }

    private static double Difference(TensorValue expected, TensorValue actual) =>
        expected.AsSpan<float>().ToArray().Zip(actual.AsSpan<float>().ToArray(), static (a, b) => Math.Abs(a - b))
            .Max();
}
