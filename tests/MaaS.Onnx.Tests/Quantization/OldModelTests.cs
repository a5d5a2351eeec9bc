using MaaS.Onnx.Inference;
using MaaS.Onnx.Passes;
using MaaS.Onnx.Quantization;
using MaaS.Onnx.Quantization.Dynamic;
using MaaS.Onnx.Quantization.HalfPrecision;
using MaaS.Onnx.Quantization.Qdq;
using MaaS.Onnx.Quantization.Schemes;
using MaaS.Onnx.Quantization.WeightOnly;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests.Quantization;

/// <summary>A convolutional classifier as an exporter of 2018 wrote it: opset 7, IR version 3.</summary>
public sealed class OldModelTests
{
    private static readonly QuantizerOptions Fast =
        new() { LatencyDuration = TimeSpan.FromMilliseconds(50), Inference = new()
        {
            IntraOpThreads = 1,
        }, MinSpeedup = 0 };

    private static OnnxModel Old()
    {
        var random = new Random(4);
        var b = new GraphBuilder("old", 7);
        string Weight(string name, params long[] shape) => b.AddInitializer(OnnxTensor.Create<float>(
            name,
            [.. Enumerable.Range(0, (int)shape.Aggregate(1L, static (x, y) => x * y))
                .Select(_ => (float)random.NextDouble() - 0.5f)], shape));
        b.AddInput("image", DataType.Float, ["batch", 3, 8, 8]);
        string x = b.Node(
            "Clip", [b.Node("Conv", ["image", Weight("w1", 8, 3, 3, 3)], ("pads", new long[] { 1, 1, 1, 1 }))],
            ("min", 0f), ("max", 6f));
        x = b.Node("Upsample", [x], ("mode", "nearest"), ("scales", new[] { 1f, 1, 2, 2 }));
        x = b.Node("Pad", [b.Node("Dropout", [x])], ("pads", new long[] { 0, 0, 1, 1, 0, 0, 1, 1 }));
        x = b.Node("Relu", [b.Node("Conv", [x, Weight("w2", 16, 8, 3, 3)])]);
        x = b.Node("Squeeze", [b.Node("GlobalAveragePool", [x])], ("axes", new long[] { 2, 3 }));
        b.AddOutput(
            b.Node("Softmax", [b.Node("Gemm", [x, Weight("w3", 16, 10), Weight("b3", 10)])]), DataType.Float,
            ["batch", 10]);
        var model = b.Build();
        model.Proto.IrVersion = 3;
        model.Graph.Input.Add(model.Graph.Initializer.Select(static t =>
            OnnxDimension.ValueInfo(t.Name, t.Type(), t.Dims.Select(static d => (OnnxDimension)d))));
        return model;
    }

    private static List<IReadOnlyDictionary<string, TensorValue>> Data() =>
    [
        .. Qdq.TestGraphs.Normal(8, 4, 3, 8, 8).Select(static run => (IReadOnlyDictionary<string, TensorValue>)
            new Dictionary<string, TensorValue> { ["image"] = run["x"] }),
    ];

    private static IEnumerable<TestCaseData> Schemes()
    {
        yield return new TestCaseData(new StaticScheme(Data())).SetArgDisplayNames("static");
        yield return new TestCaseData(new DynamicScheme()).SetArgDisplayNames("dynamic");
        yield return new TestCaseData(new WeightOnlyScheme(new WeightOnlyQuantizerOptions { BlockSize = 16 }))
            .SetArgDisplayNames("weight-only");
    }

    [TestCaseSource(nameof(Schemes))]
    public void Run_Opset7_IsQuantizedAndComparedWithoutLabels(IQuantizationScheme scheme)
    {
        var result = new Quantizer(Fast).Run(Old(), scheme, Data());

        TestContext.Out.WriteLine(result.Report);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Report.Accepted);
            Assert.That(result.Model.Opset, Is.EqualTo(13));
            Assert.That(result.Report.Outputs!.Runs, Is.EqualTo(8));
            Assert.That(result.Report.Outputs.Decibels, Is.GreaterThan(20));
            Assert.That(result.Report.Outputs.Agreement, Is.GreaterThan(0.7));
            Assert.That(result.Report.Float.Accuracy, Is.NaN);
            Assert.That(
                result.Report.ToString(),
                Does.Contain("compared with the float model in 8 runs").And.Contain("same greatest value in"));
        }
        if (scheme is not WeightOnlyScheme)
        {
            OnnxTools.Check(result.Model);
        }
    }

    [Test]
    public void Quantize_Opset7_LeavesTheModelAsItWas()
    {
        var model = Old();
        byte[] before = model.ToByteArray();
        new DynamicQuantizer().Quantize(model);
        new StaticQuantizer().Nodes(model);
        Assert.That(model.ToByteArray(), Is.EqualTo(before));
    }

    [Test]
    public void StoreWeights_Opset7_CastsInAnOpsetThatHasBfloat16()
    {
        var stored = HalfPrecisionConverter.StoreWeights(Old(), HalfType.BFloat16);
        OnnxTools.Check(stored);
        Assert.That(stored.Graph.Initializer.Select(static t => t.Type()), Has.Some.EqualTo(DataType.Bfloat16));
    }

    [Test]
    public void Bfloat16Weights_Opset7_SaysWhatToDo() => Assert.That(
        () => new Bfloat16Weights().Run(Old()),
        Throws.TypeOf<NotSupportedException>().With.Message.Contain("opset 13 or newer").And.Message.Contain("got 7"));

    [Test]
    public void Convert_ToBFloat16InOpset13_KeepsLaterOperatorsFloat()
    {
        var b = new GraphBuilder("later", 13);
        b.AddInput("x", DataType.Float, [4]);
        string y = b.Node(
            "Where",
            [b.Node("Greater", ["x", b.Scalar(0f)]), b.Node("LeakyRelu", ["x"]),
             b.Node("PRelu", ["x", b.Scalar(0.1f)])]);
        b.AddOutput(b.Node("Add", [y, "x"]), DataType.Float, [4]);
        OnnxTools.Check(HalfPrecisionConverter.Convert(b.Build(), HalfType.BFloat16));
    }
}
