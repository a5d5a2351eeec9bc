using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Analysis;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests.Quantization.Analysis;

public sealed class OutputComparisonTests
{
    // Returns x + shift as float32, its argmax, and its positive entries' places, whose number varies.
    private static InferenceModel Model(float shift, DataType type = DataType.Float)
    {
        var b = new GraphBuilder("model");
        b.AddInput("x", DataType.Float, ["batch", 2]);
        string y = b.Node("Add", ["x", b.Constant<float>([0, shift], 2)]);
        b.AddOutput(b.Node("Cast", [y], ("to", (int)type)), type, ["batch", 2]);
        b.AddOutput(b.Node("ArgMax", [y], ("axis", 1)), DataType.Int64, ["batch", 1]);
        b.AddOutput(b.Node("NonZero", [b.Node("Relu", [y])]), DataType.Int64, null);
        return InferenceModel.Load(b.Build().ToByteArray());
    }

    private static IReadOnlyDictionary<string, TensorValue>[] Rows(params float[] values) =>
        [new Dictionary<string, TensorValue> { ["x"] = TensorValue.Of(values, values.Length / 2, 2) }];

    [TestCase(DataType.Float), TestCase(DataType.Double), TestCase(DataType.Float16)]
    public void Measure_KnownDifference_GivesItsRatioAndAgreement(DataType type)
    {
        using var exact = Model(0, type);
        using var shifted = Model(1, type);

        var result = OutputComparison.Measure(exact, shifted, Rows(3, 1, 4, 3.5f, 0, 2, 8, 1));

        // Signal 9+1+16+12.25+0+4+64+1 = 107.25; noise 4 · 1². The second row alone has its greatest value elsewhere.
        Assert.That(result.Outputs[0].Decibels, Is.EqualTo(10 * Math.Log10(107.25 / 4)).Within(1e-9));
        Assert.That(result.Outputs[0].Agreement, Is.EqualTo(0.75));
        Assert.That(result.Outputs[1], Is.EqualTo(new OutputDifference(result.Outputs[1].Name, null, 0.75)));
        Assert.That(result.Decibels, Is.EqualTo(result.Outputs[0].Decibels));
    }

    [Test]
    public void Measure_OtherShape_AgreesInNothing()
    {
        using var exact = Model(0);
        using var shifted = Model(-5);
        Assert.That(OutputComparison.Measure(exact, shifted, Rows(1, 1)).Outputs[2].Agreement, Is.Zero);
    }

    [Test]
    public void Measure_SameModel_IsExact()
    {
        using var exact = Model(0);
        var result = OutputComparison.Measure(exact, exact, Rows(1, 2));
        Assert.That(result.Decibels, Is.EqualTo(double.PositiveInfinity));
        Assert.That(result.Agreement, Is.EqualTo(1));
        Assert.That(
            () => OutputComparison.Measure(exact, exact, []),
            Throws.ArgumentException.With.Message.Contain("at least one run"));
    }

    [Test]
    public void Sqnr_NotFinite_IsNoErrorWhereBothAreAndAllOfItElsewhere()
    {
        var same = new Sqnr();
        same.Add([float.NaN, float.PositiveInfinity, 1], [float.NaN, float.PositiveInfinity, 1]);
        Assert.That(same.Decibels, Is.EqualTo(double.PositiveInfinity));
        var other = new Sqnr();
        other.Add([1, 1], [1, float.NaN]);
        Assert.That(other.Decibels, Is.EqualTo(double.NegativeInfinity));
    }
}
