using MaaS.Onnx.Costs;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests.Costs;

public class CostModelTests
{
    private static string Zeros(GraphBuilder builder, string name, params long[] shape) => builder.AddInitializer(
        OnnxTensor.Create<float>(name, new float[shape.Aggregate(1L, static (a, b) => a * b)], shape));

    // Conv 1→32 3×3 on 28×28: 32·26·26 outputs of 9 products; pool 13×13; dense 5408→10. By hand.
    private static OnnxModel ConvNet()
    {
        var b = new GraphBuilder("convnet");
        b.AddInput("x", DataType.Float, ["batch", 1, 28, 28]);
        string y = b.Node("Conv", ["x", Zeros(b, "conv.weight", 32, 1, 3, 3), Zeros(b, "conv.bias", 32)]);
        y = b.Node(
            "MaxPool", [b.Node("Relu", [y])], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
        y = b.Node(
            "Gemm", [b.Node("Flatten", [y]), Zeros(b, "fc.weight", 10, 5408), Zeros(b, "fc.bias", 10)], ("transB", 1));
        b.AddOutput(y, DataType.Float, ["batch", 10]);
        return b.Build();
    }

    [Test]
    public void Compute_ConvNet_EqualsHandComputedNumbers()
    {
        var cost = CostModel.Compute(ConvNet());

        Assert.That(cost.Parameters, Is.EqualTo(320 + 54090));
        Assert.That(cost.WeightBytes, Is.EqualTo(4 * (320 + 54090)));
        Assert.That(cost.Macs.ToString(), Is.EqualTo($"{32 * 26 * 26 * 9 + 54080}*batch"));
        Assert.That(cost.ActivationBytes.ToString(), Is.EqualTo($"{4 * (2 * 32 * 26 * 26 + 2 * 5408 + 10)}*batch"));
        Assert.That(cost.IsComplete, Is.True);
        Assert.That(
            cost.Nodes.Select(static node => node.Macs!.ToString()),
            Is.EqualTo(new[] { "194688*batch", "0", "0", "0", "54080*batch" }));
        Assert.That(cost.Nodes.Select(static node => node.Parameters), Is.EqualTo(new long[] { 320, 0, 0, 0, 54090 }));
    }

    [Test]
    public void Compute_WithSizes_GivesNumbers()
    {
        var cost = CostModel.Compute(ConvNet(), new Dictionary<string, long> { ["batch"] = 2 });
        Assert.That(cost.Macs, Is.EqualTo((SizePolynomial)(2 * 248768)));
        Assert.That(cost.Nodes[0].Output!.ToString(), Is.EqualTo("float[2,32,26,26]"));
    }

    [Test]
    public void Compute_AxisWithABlankName_CountsAsUnknown()
    {
        var b = new GraphBuilder("blank");
        b.AddInput("x", DataType.Float, ["\n", 3]);
        b.AddOutput(b.Node("Relu", ["x"]), DataType.Float, ["\n", 3]);

        var cost = CostModel.Compute(b.Build(), new Dictionary<string, long> { ["batch"] = 2 });

        Assert.That(cost.Nodes[0].Output!.ToString(), Is.EqualTo("float[?,3]"));
        Assert.That(cost.Nodes[0].ActivationBytes, Is.Null);
    }

    // Depthwise 3×3 over 8 channels at 10×10, then pointwise 8→16: 100·8·9 and 100·16·8.
    [Test]
    public void Compute_DepthwiseConvolution_CountsOneGroupPerOutput()
    {
        var b = new GraphBuilder("depthwise");
        b.AddInput("x", DataType.Float, ["batch", 8, 10, 10]);
        string y = b.Node("Conv", ["x", Zeros(b, "dw", 8, 1, 3, 3)], ("group", 8), ("pads", new long[] { 1, 1, 1, 1 }));
        y = b.Node("Conv", [y, Zeros(b, "pw", 16, 8, 1, 1)]);
        b.AddOutput(y, DataType.Float, ["batch", 16, 10, 10]);

        var macs = CostModel.Compute(b.Build()).Nodes.Select(static node => node.Macs!.ToString());

        Assert.That(macs, Is.EqualTo(new[] { "7200*batch", "12800*batch" }));
    }

    // q·kᵀ over (B, 4, T, 16): B·4·T·T·16.
    [Test]
    public void Compute_Attention_IsQuadraticInTheSequence()
    {
        var b = new GraphBuilder("attention");
        b.AddInput("q", DataType.Float, ["batch", 4, "sequence", 16]);
        b.AddInput("k", DataType.Float, ["batch", 4, 16, "sequence"]);
        b.AddOutput(b.Node("MatMul", ["q", "k"]), DataType.Float, ["batch", 4, "sequence", "sequence"]);

        Assert.That(CostModel.Compute(b.Build()).Macs.ToString(), Is.EqualTo("64*batch*sequence*sequence"));
    }

    // T·B·4·H·(in + H)
    [Test]
    public void Compute_Lstm_CountsBothProducts()
    {
        var b = new GraphBuilder("lstm");
        b.AddInput("x", DataType.Float, [7, "batch", 5]);
        string y = b.Nodes("LSTM", ["x", Zeros(b, "w", 1, 24, 5), Zeros(b, "r", 1, 24, 6)], 1, ("hidden_size", 6))[0];
        b.AddOutput(y, DataType.Float, [7, 1, "batch", 6]);

        Assert.That(CostModel.Compute(b.Build()).Macs.ToString(), Is.EqualTo($"{7 * 4 * 6 * (5 + 6)}*batch"));
    }

    [Test]
    public void Compute_ShapeThatDependsOnValues_IsReportedAsUnknown()
    {
        var b = new GraphBuilder("values");
        b.AddInput("x", DataType.Float, ["batch"]);
        b.AddOutput(b.Node("NonZero", ["x"]), DataType.Int64, null);

        var cost = CostModel.Compute(b.Build());

        Assert.That(cost.IsComplete, Is.False);
        Assert.That(ModelSummary.Describe(b.Build()), Does.Contain("not known").And.Contain("NonZero"));
    }

    [Test]
    public void Describe_ConvNet_ShowsInputsTotalsAndLayers()
    {
        string text = ModelSummary.Describe(ConvNet());

        Assert.That(text, Does.Contain("input       x float[batch,1,28,28]").And.Contain("54,410 (217,640 bytes)")
            .And.Contain("248768*batch").And.Contain("ai.onnx 17").And.Contain("194688*batch"));
    }
}
