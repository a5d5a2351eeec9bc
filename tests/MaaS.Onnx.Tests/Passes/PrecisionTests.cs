using MaaS.Onnx.Passes;
using MaaS.Tests;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests.Passes;

public class PrecisionTests
{
    private static readonly float[] Input = [.. Enumerable.Range(0, 2 * 2 * 6 * 6).Select(static i => MathF.Sin(i))];

    private static OnnxModel Network()
    {
        var b = new GraphBuilder("network");
        b.AddInput("x", DataType.Float, ["batch", 2, 6, 6]);
        float[] weights = [.. Enumerable.Range(0, 4 * 2 * 9).Select(static i => MathF.Cos(i) / 3)];
        b.AddInitializer(OnnxTensor.Create<float>("conv.weight", weights, 4, 2, 3, 3));
        string y = b.Node("Relu", [b.Node("Conv", ["x", "conv.weight"])]);
        y = b.Node("Resize", [y, "", b.Constant<float>([1, 1, 2, 2], 4)], ("mode", "nearest"));
        y = b.Node(
            "Add",
            [b.Node("GlobalAveragePool", [y]),
             b.Node("ConstantOfShape", [b.Ints(1, 4, 1, 1)], ("value", OnnxTensor.Create<float>("", [0.25f], 1)))]);
        b.AddOutput(y, DataType.Float, ["batch", 4, 1, 1]);
        return b.Build();
    }

    private static void AssertSameWithin(OnnxModel changed, float tolerance)
    {
        string path = Path.GetTempFileName();
        changed.Save(path);
        OnnxChecker.Check(path);
        File.Delete(path);
        Assert.That(
            Graphs.Run(changed, Input, 2, 2, 6, 6),
            Is.EqualTo(Graphs.Run(Network(), Input, 2, 2, 6, 6)).Within(tolerance));
    }

    [Test]
    public void Run_Float16_HalvesWeightsAndKeepsFloatInputsAndOutputs()
    {
        var model = Network();

        Assert.That(new Float16Conversion().Run(model), Is.True);

        Assert.That(model.Inputs[0].ElementType(), Is.EqualTo(DataType.Float));
        Assert.That(model.Outputs[0].ElementType(), Is.EqualTo(DataType.Float));
        Assert.That(
            model.Graph.Initializer.Single(static t => t.Name == "conv.weight").Type(), Is.EqualTo(DataType.Float16));
        AssertSameWithin(model, 2e-3f);
    }

    [Test]
    public void Run_Float16_ClampsLargeWeights()
    {
        var model = Graphs.Linear();
        model.Graph.Initializer[1].RawData = OnnxTensor.Create<float>("", [1e6f, -1e6f], 2).RawData;
        new Float16Conversion().Run(model);
        Assert.That(model.Graph.Initializer[1].ToArray<Half>(), Is.EqualTo(new[] { Half.MaxValue, Half.MinValue }));
    }

    [Test]
    public void Run_Bfloat16Weights_HalvesMatricesAndComputesInFloat()
    {
        var model = Network();

        Assert.That(new Bfloat16Weights().Run(model), Is.True);

        Assert.That(
            model.Graph.Initializer.Single(static t => t.Name == "conv.weight").Bytes().Length,
            Is.EqualTo(4 * 2 * 9 * 2));
        AssertSameWithin(model, 1e-2f);
    }

    // Published examples of rounding to nearest even: 1 + 2⁻⁸ lies between 1 and 1 + 2⁻⁷ and goes to the even one.
    [TestCase(1f, 0x3F80)]
    [TestCase(1.00390625f, 0x3F80)]
    [TestCase(1.01171875f, 0x3F82)]
    [TestCase(-2f, 0xC000)]
    [TestCase(3.4e38f, 0x7F80)]
    public void Run_Bfloat16Weights_RoundsToNearestEven(float value, int bits)
    {
        var model = Graphs.Linear(1, 1);
        model.Graph.Initializer[0].RawData = OnnxTensor.Create<float>("", [value], 1, 1).RawData;
        new Bfloat16Weights().Run(model);
        Assert.That(BitConverter.ToUInt16(model.Graph.Initializer[0].Bytes().Span), Is.EqualTo(bits));
    }
}
