using System.Runtime.InteropServices;
using MaaS.Onnx.Inference;
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
    public void Run_Float16State_RoundsWhatIsGivenBackAndNothingElse()
    {
        var b = new GraphBuilder("state");
        b.AddInput("x", DataType.Float, ["batch", 1]);
        b.AddInput("past", DataType.Float, ["batch", "past"]);
        var present = b.Node("Concat", ["past", "x"], ("axis", 1));
        var sum = b.Node("Mul", [b.Node("ReduceSum", [present], ("keepdims", 1)), b.Constant<float>([1.0001f], 1)]);
        b.AddOutput(sum, DataType.Float, ["1", "1"]);
        b.AddOutput(present, DataType.Float, ["batch", "all"]);
        var model = b.Build();

        Assert.That(new Float16State(new Dictionary<string, string> { ["past"] = present }).Run(model));

        var path = Path.GetTempFileName();
        model.Save(path);
        OnnxChecker.Check(path);
        File.Delete(path);
        using var session = InferenceModel.Load(model.ToByteArray(), "state");
        const float x = 0.1f;
        Half[] past = [(Half)0.25f, (Half)2.5f];
        using var outputs = session.Run([TensorValue.Of((float[])[x], 1, 1), TensorValue.Of(past, 1, 2)]);
        Assert.That(outputs[0].AsSpan<float>()[0], Is.EqualTo((2.75f + (float)(Half)x) * 1.0001f).Within(1e-6f));
        Assert.That(
            MemoryMarshal.Cast<ushort, Half>(outputs[1].AsSpan<ushort>()).ToArray(),
            Is.EqualTo(new[] { past[0], past[1], (Half)x }));
        Assert.That(
            new Float16State(new Dictionary<string, string> { ["past"] = present }).Run(model), Is.False,
            "it is float16 already");
    }

    [Test]
    public void Run_Float16StateThatIsReadOtherwise_IsRefusedByName()
    {
        var b = new GraphBuilder("state");
        b.AddInput("past", DataType.Float, ["batch", 2]);
        var present = b.Node("Add", ["past", "past"]);
        b.AddOutput(present, DataType.Float, ["batch", 2]);

        Assert.That(
            () => new Float16State(new Dictionary<string, string> { ["past"] = present }).Run(b.Build()),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("expected a Concat that appends to past"));
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
