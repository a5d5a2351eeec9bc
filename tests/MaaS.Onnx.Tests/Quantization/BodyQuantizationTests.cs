using MaaS.Onnx.Costs;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization;
using MaaS.Onnx.Quantization.Schemes;
using MaaS.Onnx.Schema;
using MaaS.Onnx.Tests.Quantization.Qdq;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests.Quantization;

/// <summary>Networks whose weights stand in branches of If, as exporters of scripted code write them.</summary>
public sealed class BodyQuantizationTests
{
    private const int Width = 32;

    private static readonly QuantizerOptions Fast =
        new() { LatencyDuration = TimeSpan.FromMilliseconds(50), Inference = new()
        {
            IntraOpThreads = 1,
        }, MinSpeedup = 0 };

    // if flag: x · W₁ + b, W₁ a Constant of the branch; else: x · transpose(W₂), W₂ an initializer of the main graph.
    private static OnnxModel Branches(DataType type = DataType.Float)
    {
        var random = new Random(7);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        TensorProto Weight(string name) => type == DataType.Float
            ? OnnxTensor.Create<float>(name, Draw(Width * Width), Width, Width)
            : OnnxTensor.Create<Half>(name, Array.ConvertAll(Draw(Width * Width), static v => (Half)v), Width, Width);

        var then = new GraphBuilder("then") { Scope = "then" };
        string own = then.Node("Constant", [], ("value", Weight("")));
        then.AddOutput(then.Node("MatMul", ["x", own]), type, ["batch", Width]);
        var other = new GraphBuilder("else") { Scope = "else" };
        other.AddOutput(
            other.Node("MatMul", ["x", other.Node("Transpose", ["outer"], ("perm", new long[] { 1, 0 }))]), type,
            ["batch", Width]);

        var b = new GraphBuilder("branches");
        b.AddInput("x", type, ["batch", Width]);
        b.AddInput("flag", DataType.Bool, []);
        b.AddInitializer(Weight("outer"));
        b.AddOutput(
            b.Node("If", ["flag"], ("then_branch", then.Graph), ("else_branch", other.Graph)), type, ["batch", Width]);
        return b.Build();
    }

    private static List<IReadOnlyDictionary<string, TensorValue>> Data() =>
    [
        .. TestGraphs.Normal(4, 5, Width).Select(static (run, i) => (IReadOnlyDictionary<string, TensorValue>)
            new Dictionary<string, TensorValue> { ["x"] = run["x"], ["flag"] = TensorValue.Of(new[] { i % 2 == 0 }) }),
    ];

    private static IEnumerable<TestCaseData> SchemesOfBodies()
    {
        yield return new TestCaseData(new DynamicScheme()).SetArgDisplayNames("dynamic");
        yield return new TestCaseData(new WeightOnlyScheme(new() { Bits = 8 })).SetArgDisplayNames("weight-only");
    }

    [TestCaseSource(nameof(SchemesOfBodies))]
    public void Run_WeightsInBodies_AreQuantizedInBothBranches(IQuantizationScheme scheme)
    {
        var model = Branches();

        var result = new Quantizer(Fast with { MinSqnr = 30 }).Run(model, scheme, Data());

        TestContext.Out.WriteLine(result.Report);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Report.Accepted);
            Assert.That(result.Report.LeftFloat, Is.Empty);
            Assert.That(result.Report.Outputs!.Decibels, Is.InRange(30, 70));
            Assert.That(model.WeightBytes, Is.EqualTo(2 * Width * Width * 4), "both weights, wherever they are");
            Assert.That(result.Report.Compression, Is.GreaterThan(3));
            if (scheme is DynamicScheme)
            {
                OnnxTools.Check(result.Model);
            }
        }
    }

    [Test]
    public void Run_StaticScheme_NamesTheBodiesAndQuantizesNothing()
    {
        var result = new Quantizer(Fast with { AcceptAnyway = true }).Run(Branches(), new StaticScheme(Data()), Data());

        TestContext.Out.WriteLine(result.Report);
        Assert.That(result.Report.Accepted, Is.False, "whatever the caller accepts");
        Assert.That(result.Report.IsQuantized, Is.False);
        Assert.That(result.Report.Reason, Does.Contain("nothing was quantized"));
        Assert.That(
            result.Report.ToString(),
            Does.Contain("2 weights of MatMul in bodies of If, 8.0 KiB of float32")
                .Or.Contain("1 weight of MatMul in bodies of If"));
    }

    [Test]
    public void Run_Float16Weights_AreNamedAsLeftAlone()
    {
        var model = new TestGraphs();
        model.Builder.AddInput("x", DataType.Float16, ["batch", Width]);
        string weight = model.Builder.AddInitializer(
            OnnxTensor.Create<Half>("w", new Half[Width * Width], Width, Width));
        model.Builder.AddOutput(model.Node("MatMul", ["x", weight]), DataType.Float16, ["batch", Width]);
        List<IReadOnlyDictionary<string, TensorValue>> data =
            [new Dictionary<string, TensorValue> { ["x"] = TensorValue.Of(new Half[Width], 1, Width) }];

        var report = new Quantizer(Fast).Run(model.Builder.Build(), new DynamicScheme(), data).Report;

        Assert.That(report.Accepted, Is.False);
        Assert.That(report.LeftFloat, Is.EqualTo(new[] { "1 weight of MatMul, 2.0 KiB of float16" }));
    }

    [Test]
    public void Run_MixedPrecision_ReachesIntoBodies()
    {
        var report = new Quantizer(Fast with { MinSqnr = 1000 }).Run(Branches(), new DynamicScheme(), Data()).Report;

        Assert.That(report.Accepted, Is.False);
        Assert.That(report.Reason, Does.Contain("too far from the float one").And.Contain("1000.0 dB"));
    }

    [Test]
    public void Compute_ConstantsAndBodies_AreCounted()
    {
        var b = new GraphBuilder("constants");
        b.AddInput("x", DataType.Float, ["batch", 4]);
        string weight = b.Node("Constant", [], ("value", OnnxTensor.Create<float>("", new float[12], 4, 3)));
        b.AddOutput(b.Node("MatMul", ["x", weight]), DataType.Float, null);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(CostModel.Compute(b.Build()).Parameters, Is.EqualTo(12));
            var cost = CostModel.Compute(Branches());
            Assert.That(cost.Parameters, Is.EqualTo(2 * Width * Width));
            Assert.That(cost.WeightBytes, Is.EqualTo(2 * Width * Width * 4));
            Assert.That(cost.Nodes.Single().Macs, Is.Null, "how often a branch runs is not known");
            Assert.That(
                ModelSummary.Describe(Branches()),
                Does.Contain("1 and 4 in bodies").And.Contain("not counted: MACs and activations in the bodies of If"));
        }
    }

    [Test]
    public void Describe_UnknownAxis_NamesTheAxes() => Assert.That(
        () => ModelSummary.Describe(Branches(), new Dictionary<string, long> { ["bach"] = 1 }),
        Throws.ArgumentException.With.Message.Contain("the axes batch, got 'bach'"));
}
