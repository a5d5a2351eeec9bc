using MaaS.Onnx.Inference;
using MaaS.Onnx.Passes;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests.Passes;

public class GraphOptimizerTests
{
    private static float[] Random(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() + 0.1f)];
    }

    private static string Weight(GraphBuilder b, string name, params long[] shape) => b.AddInitializer(
        OnnxTensor.Create<float>(name, Random((int)shape.Aggregate(1L, static (p, q) => p * q), name.Length), shape));

    private static string BatchNorm(GraphBuilder b, string x, long channels) => b.Node("BatchNormalization",
        [x, Weight(b, "bn.weight", channels), Weight(b, "bn.bias.", channels), Weight(b, "bn.mean..", channels),
         Weight(b, "bn.variance", channels)],
        ("epsilon", 1e-3f));

    private static string[] Operators(OnnxModel model) => [.. model.Graph.Node.Select(static node => node.OpType)];

    // The optimized model must compute what ONNX Runtime computed before.
    private static OnnxModel Optimized(GraphBuilder b, string output, OnnxDimension[] outputShape, long[] shape)
    {
        b.AddOutput(output, DataType.Float, outputShape);
        var model = b.Build();
        float[] input = Random((int)shape.Aggregate(1L, static (p, q) => p * q), 99);
        float[] before = Graphs.Run(model, input, shape);
        GraphOptimizer.Optimize(model);
        GraphCheck.Check(model);
        Assert.That(Graphs.Run(model, input, shape), Is.EqualTo(before).Within(1e-4f));
        return model;
    }

    [Test]
    public void Optimize_ConstantsThatDoNotFitTogether_SaysWhichNode()
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, ["n", 2]);
        // 3 and 5 columns
        string wrong = b.Node("Concat", [Weight(b, "a", 2, 3), Weight(b, "bb", 4, 5)], ("axis", 0));
        b.AddOutput(b.Node("MatMul", ["x", wrong]), DataType.Float, ["n", 3]);
        Assert.That(
            () => GraphOptimizer.Optimize(b.Build()),
            Throws.InstanceOf<InferenceException>().With.Message.Contains("constant folding")
                .And.Message.Contains("Concat"));
    }

    [TestCase(true), TestCase(false)]
    public void Optimize_ConvThenBatchNorm_FoldsIntoTheWeights(bool bias)
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, ["n", 2, 5, 5]);
        string y = b.Node(
            "Conv", ["x", Weight(b, "conv.weight", 4, 1, 3, 3), bias ? Weight(b, "conv.bias", 4) : ""], ("group", 2));

        var model = Optimized(b, BatchNorm(b, y, 4), ["n", 4, 3, 3], [2, 2, 5, 5]);

        Assert.That(Operators(model), Is.EqualTo(new[] { "Conv" }));
        Assert.That(
            model.Graph.Initializer.Select(static t => t.Name), Is.EquivalentTo(new[] { "conv.weight", "conv.bias" }));
    }

    [Test]
    public void Optimize_TransposedConvThenBatchNorm_ScalesTheOutputChannels()
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, ["n", 3, 4, 4]);
        string y = b.Node("ConvTranspose", ["x", Weight(b, "up.weight", 3, 2, 2, 2), Weight(b, "up.bias", 2)]);
        Assert.That(
            Operators(Optimized(b, BatchNorm(b, y, 2), ["n", 2, 5, 5], [1, 3, 4, 4])),
            Is.EqualTo(new[] { "ConvTranspose" }));
    }

    [Test]
    public void Optimize_LinearThenBatchNorm_Folds()
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, ["n", 3]);
        string y = b.Node("Gemm", ["x", Weight(b, "fc.weight", 4, 3), Weight(b, "fc.bias", 4)], ("transB", 1));
        Assert.That(Operators(Optimized(b, BatchNorm(b, y, 4), ["n", 4], [5, 3])), Is.EqualTo(new[] { "Gemm" }));
    }

    [Test]
    public void Optimize_ConvUsedTwice_KeepsTheBatchNorm()
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, ["n", 1, 4, 4]);
        string y = b.Node("Conv", ["x", Weight(b, "w", 2, 1, 2, 2)]);
        string sum = b.Node("Add", [BatchNorm(b, y, 2), y]);
        Assert.That(
            Operators(Optimized(b, sum, ["n", 2, 3, 3], [1, 1, 4, 4])),
            Is.EqualTo(new[] { "Conv", "BatchNormalization", "Add" }));
    }

    [Test]
    public void Optimize_ConstantSubgraph_BecomesAnInitializer()
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, ["n", 3]);
        string w = b.Node(
            "Mul", [b.Node("Transpose", [Weight(b, "w", 2, 3)], ("perm", new long[] { 1, 0 })), b.Scalar(2f)]);
        var model = Optimized(b, b.Node("MatMul", ["x", w]), ["n", 2], [4, 3]);
        Assert.That(Operators(model), Is.EqualTo(new[] { "MatMul" }));
        Assert.That(model.Graph.Initializer.Single().Dims, Is.EqualTo(new long[] { 3, 2 }));
    }

    [Test]
    public void Optimize_HugeConstant_StaysComputed()
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, ["n", 1]);
        string big = b.Node("ConstantOfShape", [b.Ints(1, 4_000_000)]);
        string y = b.Node("Add", ["x", b.Node("Mul", [big, b.Node("Exp", [b.Scalar(0f)])])]);
        b.AddOutput(y, DataType.Float, ["n", 4_000_000]);
        var model = b.Build();
        GraphOptimizer.Optimize(model);
        // The small one beside it is folded all the same.
        Assert.That(Operators(model), Is.EqualTo(new[] { "ConstantOfShape", "Mul", "Add" }));
    }

    [Test]
    public void Optimize_NoOps_Disappear()
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, ["n", 3, 4]);
        string y = b.Node("Identity", ["x"]);
        y = b.Node("Cast", [y], ("to", (int)DataType.Float));
        y = b.Node("Dropout", [y]);
        y = b.Node(
            "Transpose", [b.Node("Transpose", [y], ("perm", new long[] { 0, 2, 1 }))],
            ("perm", new long[] { 0, 2, 1 }));
        Assert.That(Operators(Optimized(b, b.Node("Relu", [y]), ["n", 3, 4], [2, 3, 4])), Is.EqualTo(new[] { "Relu" }));
    }

    [Test]
    public void Optimize_TwoTransposes_BecomeOne()
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, ["n", 3, 4]);
        string y = b.Node(
            "Transpose", [b.Node("Transpose", ["x"], ("perm", new long[] { 1, 2, 0 }))],
            ("perm", new long[] { 0, 2, 1 }));
        Assert.That(Operators(Optimized(b, y, [3, "n", 4], [2, 3, 4])), Is.EqualTo(new[] { "Transpose" }));
    }

    [Test]
    public void Optimize_EqualNodes_AreComputedOnce()
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, ["n", 3]);
        string y = b.Node("Add", [b.Node("Exp", ["x"]), b.Node("Exp", ["x"])]);
        Assert.That(Operators(Optimized(b, y, ["n", 3], [2, 3])), Is.EqualTo(new[] { "Exp", "Add" }));
    }

    [Test]
    public void Optimize_UnusedNodesAndWeights_AreRemoved()
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, ["n", 3]);
        b.Node("MatMul", ["x", Weight(b, "unused", 3, 3)]);
        var model = Optimized(b, b.Node("Relu", ["x"]), ["n", 3], [2, 3]);
        Assert.That(Operators(model), Is.EqualTo(new[] { "Relu" }));
        Assert.That(model.Graph.Initializer, Is.Empty);
    }
}
