using MaaS.Core.Inference;
using MaaS.Core.Onnx;
using MaaS.Core.Onnx.Passes;
using MaaS.Core.Tests.Quantization;
using static MaaS.Core.Onnx.Schema.TensorProto.Types;

namespace MaaS.Core.Tests.Onnx.Passes;

public sealed class CpuOptimizerTests
{
    private const int Width = 8;

    // The oracle is ONNX Runtime's LayerNormalization on the graph as it was.
    [TestCase("sequence", "sequence"), TestCase("sequence", "row"), TestCase("row", "sequence"), TestCase("sequence", "table")]
    public void Optimize_LayerNormOfASum_IsFusedAndComputesTheSame(string first, string second)
    {
        var (b, sum, norm) = NormOfSum(first, second, ["batch", 5, Width]);
        b.AddOutput(norm, DataType.Float, ["batch", 5, Width]);
        b.AddOutput(sum, DataType.Float, ["batch", 5, Width]);   // a pre-norm network goes on with the sum
        var model = b.Build();

        var optimized = CpuOptimizer.Optimize(model);

        GraphCheck.Check(optimized);
        OnnxTools.Check(optimized);
        Assert.Multiple(() =>
        {
            Assert.That(Operators(optimized), Does.Contain("SkipLayerNormalization").And.Not.Contain("LayerNormalization"));
            Assert.That(Outputs(optimized, 3, 5, Width), Is.EqualTo(Outputs(model, 3, 5, Width)).Within(1e-5f));
            Assert.That(Operators(model), Does.Contain("LayerNormalization"), "the model itself must stay as it is");
        });
    }

    // (B, 1, D) + (B, S, D) broadcasts in the middle, which the fused kernel does not.
    [Test]
    public void Optimize_SumThatBroadcastsTheSequence_IsLeftAlone()
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, ["batch", 5, Width]);
        string mean = b.Node("ReduceMean", ["x"], ("axes", new long[] { 1 }));   // (B, 1, D)
        string norm = b.Node("LayerNormalization", [b.Node("Add", ["x", mean]), Vector(b, "scale", Width), Vector(b, "shift", Width)]);
        b.AddOutput(norm, DataType.Float, ["batch", 5, Width]);
        var model = b.Build();

        Assert.That(CpuOptimizer.Optimize(model), Is.SameAs(model));
    }

    [Test]
    public void Optimize_BiasBeforeGelu_IsKeptApartAndComputesTheSame()
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, ["batch", 5, Width]);
        string x = b.Node("Add", [b.Node("MatMul", ["x", Matrix(b, Width, 16)]), Vector(b, "bias", 16)]);
        string erf = b.Node("Erf", [b.Node("Div", [x, b.Scalar(1.41421356f)])]);
        string gelu = b.Node("Mul", [b.Node("Mul", [x, b.Node("Add", [erf, b.Scalar(1f)])]), b.Scalar(0.5f)]);
        b.AddOutput(gelu, DataType.Float, ["batch", 5, 16]);
        var model = b.Build();

        var optimized = CpuOptimizer.Optimize(model);

        Assert.Multiple(() =>
        {
            Assert.That(OnnxTools.OptimizedOperators(model), Does.Contain("BiasGelu"));
            Assert.That(OnnxTools.OptimizedOperators(optimized), Does.Contain("Gelu").And.Not.Contain("BiasGelu"));
            Assert.That(Outputs(optimized, 3, 5, Width), Is.EqualTo(Outputs(model, 3, 5, Width)).Within(1e-5f));
        });
    }

    [Test]
    public void Optimize_TrainedTransformer_KeepsItsAnswers()
    {
        var model = ModelFixture.Load("transformer");

        var optimized = CpuOptimizer.Optimize(model);

        Assert.That(Operators(optimized), Does.Contain("SkipLayerNormalization"));
        Assert.That(ModelFixture.Accuracy(optimized, "transformer"), Is.EqualTo(ModelFixture.Accuracy(model, "transformer")));
    }

    private static (GraphBuilder Graph, string Sum, string Norm) NormOfSum(string first, string second, OnnxDimension[] shape)
    {
        var b = new GraphBuilder("g");
        b.AddInput("x", DataType.Float, shape);
        string sum = b.Node("Add", [Term(first), Term(second)]);
        return (b, sum, b.Node(
            "LayerNormalization", [sum, Vector(b, "scale", Width), Vector(b, "shift", Width)], ("epsilon", 1e-3f), ("axis", -1)));

        string Term(string kind) => kind switch
        {
            "sequence" => b.Node("Sin", ["x"]),                                                          // (B, 5, D)
            "row" => b.AddInitializer(OnnxTensor.Create<float>("row", Values(5 * Width), 1, 5, Width)),
            _ => b.AddInitializer(OnnxTensor.Create<float>("table", Values(5 * Width), 5, Width)),
        };
    }

    private static string Vector(GraphBuilder b, string name, int size) =>
        b.AddInitializer(OnnxTensor.Create<float>(name, Values(size), size));

    private static string Matrix(GraphBuilder b, int rows, int columns) =>
        b.AddInitializer(OnnxTensor.Create<float>("matrix", Values(rows * columns), rows, columns));

    private static float[] Values(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }

    private static string[] Operators(OnnxModel model) => [.. model.Graph.Node.Select(static node => node.OpType)];

    private static float[] Outputs(OnnxModel model, params long[] shape)
    {
        using var session = InferenceModel.Load(model.ToByteArray(), "model", new() { IntraOpThreads = 1 });
        using var outputs = session.Run(TensorValue.Of(Values((int)shape.Aggregate(1L, static (a, b) => a * b)), shape));
        return [.. outputs.SelectMany(static output => output.AsSpan<float>().ToArray())];
    }
}
