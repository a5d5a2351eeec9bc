using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Calibration;
using MaaS.Onnx.Quantization.Dynamic;
using MaaS.Onnx.Quantization.Numerics;
using MaaS.Onnx.Quantization.Qdq;
using MaaS.Onnx.Quantization.WeightOnly;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests.Quantization.Qdq;

/// <summary>On the networks that Fixtures/make_models.py trained, and on small graphs made for one question.</summary>
public sealed class StaticQuantizerTests
{
    [TestCase("convnet", "QLinearConv", "Conv")]
    [TestCase("mlp", "QGemm", "Gemm")]
    [TestCase("transformer", "MatMulIntegerToFloat", "MatMulInteger")]
    public void Quantize_TrainedModel_FusesKeepsAccuracyAndPassesTheChecker(string name, string kernel, string leftOver)
    {
        var model = ModelFixture.Load(name);
        var quantized = Quantize(model, ModelFixture.Calibration(name), new());

        var operators = OnnxTools.OptimizedOperators(quantized);
        double accuracy = ModelFixture.Accuracy(quantized, name);
        TestContext.Out.WriteLine(
            $"{ModelFixture.ExpectedAccuracy(name)} -> {accuracy}, {model.WeightBytes} -> {quantized.WeightBytes} "
                + $"bytes");
        Assert.Multiple(() =>
        {
            OnnxTools.Check(quantized);
            Assert.That(operators, Does.Contain(kernel).And.Not.Contain(leftOver));
            Assert.That(
                ModelFixture.Accuracy(model, name), Is.EqualTo(ModelFixture.ExpectedAccuracy(name)).Within(0.0011));
            Assert.That(accuracy, Is.GreaterThanOrEqualTo(ModelFixture.ExpectedAccuracy(name) - 0.01));
        });
    }

    [Test]
    public void Quantize_EachCalibration_KeepsAccuracy(
        [Values("minmax", "moving-average", "percentile", "entropy", "mse")] string method)
    {
        var options = new StaticQuantizerOptions { Calibration = CalibrationMethods.ByName(method) };
        var quantized = Quantize(ModelFixture.Load("convnet"), ModelFixture.Calibration("convnet"), options);

        Assert.That(
            ModelFixture.Accuracy(quantized, "convnet"),
            Is.GreaterThanOrEqualTo(ModelFixture.ExpectedAccuracy("convnet") - 0.015));
    }

    [Test]
    public void Quantize_OtherTypesAndRanges_KeepAccuracy(
        [Values] QuantizedType type, [Values] bool perChannel, [Values] bool reduceRange)
    {
        var options = new StaticQuantizerOptions
        {
            Activations = type,
            PerChannel = perChannel,
            ReduceRange = reduceRange,
        };
        var quantized = Quantize(ModelFixture.Load("mlp"), ModelFixture.Calibration("mlp"), options);

        int limit = quantized.Graph.Initializer.Where(
            static t => t.Name.EndsWith("weight_quantized", StringComparison.Ordinal))
            .SelectMany(static t => t.ToArray<sbyte>()).Max(static w => Math.Abs((int)w));
        Assert.Multiple(() =>
        {
            Assert.That(limit, Is.EqualTo(reduceRange ? 64 : 127));
            Assert.That(Scales(quantized, "layers.1.weight"), Has.Length.EqualTo(perChannel ? 128 : 1));
            Assert.That(
                ModelFixture.Accuracy(quantized, "mlp"),
                Is.GreaterThanOrEqualTo(ModelFixture.ExpectedAccuracy("mlp") - 0.015));
        });
    }

    [Test]
    public void Quantize_Relu_IsInsideThePair()
    {
        var quantized = Quantize(ModelFixture.Load("convnet"), ModelFixture.Calibration("convnet"), new());
        var index = new GraphIndex(quantized.Graph);

        foreach (var relu in quantized.Graph.Node.Where(static node => node.OpType == "Relu"))
        {
            Assert.That(index.Producer(relu.Input[0])!.OpType, Is.AnyOf("Conv", "Add"), relu.Name);
            Assert.That(
                index.Consumers(relu.Output[0]).Select(static node => node.OpType), Is.All.EqualTo("QuantizeLinear"),
                relu.Name);
        }
    }

    [Test]
    public void Quantize_Logits_StayFloat()
    {
        var quantized = Quantize(ModelFixture.Load("convnet"), ModelFixture.Calibration("convnet"), new());

        var last = new GraphIndex(quantized.Graph).Producer(quantized.Outputs[0].Name)!;
        Assert.That(last.OpType, Is.EqualTo("Gemm"));
    }

    [Test]
    public void Quantize_ConvolutionThatMakesTheOutput_StaysFloatUnlessAsked()
    {
        var g = new TestGraphs();
        var model = g.Build(g.Conv(g.Node("Relu", [g.Conv(g.Input(4, 8, 8), "first", 4, 8)]), "head", 8, 3));
        var batches = TestGraphs.Normal(1, 2, 4, 8, 8);

        var plain = Quantize(model, batches, new());
        var whole = Quantize(model, batches, new() { QuantizeOutputs = true });

        Assert.That(OnnxTools.OptimizedOperators(plain).Count(static op => op == "QLinearConv"), Is.EqualTo(1));
        Assert.That(OnnxTools.OptimizedOperators(whole).Count(static op => op == "QLinearConv"), Is.EqualTo(2));
    }

    [Test]
    public void Quantize_ThroughMovingOperators_KeepsOneScale()
    {
        var g = new TestGraphs();
        string x = g.Conv(g.Input(4, 8, 8), "first", 4, 8);
        string pooled = g.Node("MaxPool", [x], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
        string turned = g.Node("Transpose", [pooled], ("perm", new long[] { 0, 1, 3, 2 }));
        string flat = g.Node("Flatten", [turned]);
        var model = g.Build(g.Node("Gemm", [flat, g.Weights("w", 128, 5)]));

        var quantized = Quantize(model, TestGraphs.Normal(2, 2, 4, 8, 8), new());

        var parameters = new[] { x, pooled, turned, flat }
            .Select(
                name =>
                    (Values<float>(quantized, $"{name}_scale")[0], Values<byte>(quantized, $"{name}_zero_point")[0]));
        Assert.That(parameters.Distinct().Count(), Is.EqualTo(1));
    }

    /// <summary>A float reader beside the integer one must not keep the convolution from being fused.</summary>
    [Test]
    public void Quantize_ValueReadByFloatsAsWell_StillFuses()
    {
        var g = new TestGraphs();
        string x = g.Conv(g.Input(4, 8, 8), "first", 4, 8);
        string next = g.Node("Relu", [g.Conv(x, "second", 8, 8)]);
        string side = g.Node("Softplus", [x]);
        var model = g.Build(g.Node("ReduceMean", [next]), g.Node("ReduceMean", [side]));

        var operators = OnnxTools.OptimizedOperators(Quantize(model, TestGraphs.Normal(1, 2, 4, 8, 8), new()));

        Assert.That(operators.Count(static op => op == "QLinearConv"), Is.EqualTo(2));
        Assert.That(operators, Does.Not.Contain("Conv"));
    }

    [Test]
    public void Quantize_ExcludedByNameOrType_StaysFloat()
    {
        var model = ModelFixture.Load("convnet");
        string name = new StaticQuantizer().Nodes(model)
            .First(static node => node.Contains("Conv", StringComparison.Ordinal));

        var byName = Quantize(
            model, ModelFixture.Calibration("convnet"), new() { ExcludedNodes = new HashSet<string> { name } });
        var byType = Quantize(
            model, ModelFixture.Calibration("convnet"), new() { OpTypes = new HashSet<string> { "Gemm" } });

        Assert.That(OnnxTools.OptimizedOperators(byName).Count(static op => op == "QLinearConv"), Is.EqualTo(4));
        Assert.That(OnnxTools.OptimizedOperators(byType), Does.Contain("QGemm").And.Not.Contain("QLinearConv"));
    }

    /// <summary>Weights so small beside their bias that it would overflow 32 bits (onnxruntime issue 24815).</summary>
    [Test]
    public void Quantize_TinyWeightsGreatBias_StaysExact()
    {
        var g = new TestGraphs();
        float[] weights = [.. Enumerable.Repeat(1e-12f, 4), .. Enumerable.Repeat(0.5f, 4), .. Enumerable.Repeat(0f, 4)];
        string w = g.Builder.AddInitializer(OnnxTensor.Create<float>("w", weights, 3, 4));
        string bias = g.Builder.AddInitializer(OnnxTensor.Create<float>("b", [50f, 1f, 0.3f], 3));
        var model = g.Build(g.Node("Gemm", [g.Input(4), w, bias], ("transB", 1)));
        var batches = TestGraphs.Normal(1, 8, 4);

        using var exact = InferenceModel.Load(model.ToByteArray());
        using var quantized = InferenceModel.Load(Quantize(model, batches, new()).ToByteArray());
        using var expected = exact.Run(batches[0]);
        using var actual = quantized.Run(batches[0]);

        float[] errors = [
            .. expected[0].AsSpan<float>().ToArray()
                .Zip(actual[0].AsSpan<float>().ToArray(), static (a, b) => Math.Abs(a - b)),
        ];
        Assert.That(errors.Max(), Is.LessThan(0.03));
        Assert.That(errors.Where(static (_, i) => i % 3 != 1).Max(), Is.LessThan(1e-4), "channels that are all bias");
    }

    [Test]
    public void Quantize_OldOpset_SaysWhatToDo()
    {
        var builder = new GraphBuilder("old", opset: 6);
        builder.AddInput("x", DataType.Float, [2]);
        builder.AddOutput(builder.Node("Relu", ["x"]), DataType.Float, null);
        var model = builder.Build();

        Assert.That(
            () => new StaticQuantizer().Nodes(model),
            Throws.TypeOf<NotSupportedException>().With.Message.Contain("opset 7 or newer, got 6"));
    }

    /// <summary>Inputs that the operator requires are missing: ONNX Runtime says so, not an index error before
    /// it.</summary>
    [Test]
    public void Calibrate_NodesWithoutInputs_FailsAsAModelError(
        [Values("Conv", "Gemm", "MatMul", "Add", "LSTM", "Gather")] string op)
    {
        var g = new TestGraphs();
        var model = g.Build(g.Node(op, [g.Input(4)]));

        Assert.That(new DynamicQuantizer().Nodes(model).Concat(new WeightOnlyQuantizer().Nodes(model)), Is.Empty);
        Assert.That(
            () => new StaticQuantizer().Calibrate(model, TestGraphs.Normal(1, 2, 4)),
            Throws.TypeOf<InferenceException>());
    }

    [Test]
    public void Calibrate_BadData_NamesBatchAndValue()
    {
        var model = ModelFixture.Load("mlp");
        var good = ModelFixture.Calibration("mlp").First();
        float[] broken = good["input"].AsSpan<float>().ToArray();
        broken[33] = float.NaN;
        var quantizer = new StaticQuantizer();
        Assert.Multiple(() =>
        {
            Assert.That(() => quantizer.Calibrate(model, [good, Input(broken, 32, 1, 14, 14)]),
                Throws.ArgumentException.With.Message.Contain("batch 1, input 'input'")
                    .And.Message.Contain("NaN at element 33"));
            Assert.That(() => quantizer.Calibrate(model, [Input(new float[64], 1, 1, 8, 8)]),
                Throws.ArgumentException.With.Message.Contain("batch 0").And.Message.Contain("14,14")
                    .And.Message.Contain("8,8"));
            Assert.That(
                () => quantizer.Calibrate(model, [new Dictionary<string, TensorValue> { ["other"] = good["input"] }]),
                Throws.ArgumentException.With.Message.Contain("input"));
            Assert.That(
                () => quantizer.Calibrate(model, []),
                Throws.ArgumentException.With.Message.Contain("at least one batch"));
        });
    }

    [Test]
    public void Calibrate_ModelOverflows_NamesTheValue()
    {
        var g = new TestGraphs();
        string exploded = g.Node("Exp", [g.Input(4)]);
        var model = g.Build(g.Node("Gemm", [exploded, g.Weights("w", 4, 2)]));

        Assert.That(() => new StaticQuantizer().Calibrate(model, [Input([1, 2, 100, 4], 1, 4)]),
            Throws.ArgumentException.With.Message.Contain($"value '{exploded}'").And.Message.Contain("Infinity"));

        static IReadOnlyDictionary<string, TensorValue> Input(float[] values, params long[] shape) =>
            new Dictionary<string, TensorValue> { ["x"] = TensorValue.Of(values, shape) };
    }

    [Test]
    public void Quantize_RangesOfAnotherModel_NamesTheValue() =>
        Assert.That(() => new StaticQuantizer().Quantize(ModelFixture.Load("mlp"), new ActivationRanges([])),
            Throws.TypeOf<KeyNotFoundException>().With.Message.Contain("has no range"));

    private static IReadOnlyDictionary<string, TensorValue> Input(float[] values, params long[] shape) =>
        new Dictionary<string, TensorValue> { ["input"] = TensorValue.Of(values, shape) };

    private static OnnxModel Quantize(
        OnnxModel model, IEnumerable<IReadOnlyDictionary<string, TensorValue>> batches, StaticQuantizerOptions options)
    {
        var quantizer = new StaticQuantizer(options);
        return quantizer.Quantize(model, quantizer.Calibrate(model, batches));
    }

    private static float[] Scales(OnnxModel model, string value) => Values<float>(model, $"{value}_scale");

    private static T[] Values<T>(OnnxModel model, string initializer) where T : unmanaged =>
        model.Graph.Initializer.Single(tensor => tensor.Name == initializer).ToArray<T>();
}
