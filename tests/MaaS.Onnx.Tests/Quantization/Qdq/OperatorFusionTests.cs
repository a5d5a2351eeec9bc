using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Analysis;
using MaaS.Onnx.Quantization.Qdq;


namespace MaaS.Onnx.Tests.Quantization.Qdq;

/// <summary>Each operator between two convolutions: ONNX Runtime must run the whole graph on integers.</summary>
public sealed class OperatorFusionTests
{
    // What may stay: conversion at the edges, layout changes, and operators that run on integers under their own name.
    private static readonly HashSet<string> Expected =
    [
        "QuantizeLinear", "QLinearConv", "QGemm", "Transpose", "MaxPool", "NhwcMaxPool", "Reshape", "Flatten",
        "Squeeze",
        "Unsqueeze", "Slice", "Split", "Gather", "Resize", "Expand", "QLinearAdd", "QLinearMul", "QLinearSigmoid",
        "QLinearLeakyRelu", "QLinearConcat", "QLinearAveragePool", "QLinearGlobalAveragePool",
    ];

    [TestCase("Relu")]
    [TestCase("Clip")]
    [TestCase("MaxPool")]
    [TestCase("MaxPoolRelu")]
    [TestCase("AveragePool")]
    [TestCase("Sigmoid")]
    [TestCase("LeakyRelu")]
    [TestCase("Add")]
    [TestCase("AddConstant")]
    [TestCase("Mul")]
    [TestCase("Concat")]
    [TestCase("Transpose")]
    [TestCase("Reshape")]
    [TestCase("Slice")]
    [TestCase("Split")]
    [TestCase("Gather")]
    [TestCase("Resize")]
    [TestCase("Expand")]
    [TestCase("UnsqueezeSqueeze")]
    [TestCase("DepthwiseConv")]
    [TestCase("ConvBatchNorm")]
    public void Quantize_OperatorBetweenConvolutions_RunsOnIntegers(string op)
    {
        var model = Model(op);
        var batches = TestGraphs.Normal(2, 4, 4, 8, 8);
        var quantizer = new StaticQuantizer();

        var quantized = quantizer.Quantize(model, quantizer.Calibrate(model, batches));

        var operators = OnnxTools.OptimizedOperators(quantized);
        TestContext.Out.WriteLine(string.Join(' ', operators));
        Assert.Multiple(() =>
        {
            Assert.That(operators.Except(Expected), Is.Empty, string.Join(' ', operators));
            Assert.That(
                operators.Count(static o => o == "QuantizeLinear"), Is.EqualTo(1),
                "only the input is quantized at run time");
            Assert.That(Fidelity(model, quantized, batches[0]), Is.GreaterThan(25), "dB");
        });
    }

    private static OnnxModel Model(string op)
    {
        var g = new TestGraphs();
        var b = g.Builder;
        string x = g.Conv(g.Input(4, 8, 8), "first", 4, 8);   // (B, 8, 8, 8)
        int channels = 8;
        switch (op)
        {
            case "Clip":
                x = g.Node("Clip", [x, b.Scalar(0f), b.Scalar(6f)]);
                break;
            case "MaxPool" or "AveragePool" or "MaxPoolRelu":
                x = g.Node(
                    op == "MaxPoolRelu" ? "MaxPool" : op, [x], ("kernel_shape", new long[] { 2, 2 }),
                    ("strides", new long[] { 2, 2 }));
                if (op == "MaxPoolRelu")
                {
                    x = g.Node("Relu", [x]);
                }

                break;
            case "Add" or "Mul":
                x = g.Node(op, [x, g.Conv("x", "side", 4, 8)]);
                break;
            case "AddConstant":
                x = g.Node("Add", [x, g.Weights("constant", 1, 8, 1, 1)]);
                break;
            case "Concat":
                x = g.Node("Concat", [x, g.Conv("x", "side", 4, 8)], ("axis", 1));
                channels = 16;
                break;
            case "Transpose":
                x = g.Node("Transpose", [x], ("perm", new long[] { 0, 1, 3, 2 }));
                break;
            case "Reshape":
                x = g.Node("Reshape", [x, b.Ints(0, 8, 4, 16)]);
                break;
            case "Slice":
                x = g.Node("Slice", [x, b.Ints(2), b.Ints(6), b.Ints(2)]);
                break;
            case "Split":
                string[] halves = b.Nodes("Split", [x], 2, ("axis", 1));
                x = g.Node("Add", [halves[0], halves[1]]);
                channels = 4;
                break;
            case "Gather":
                x = g.Node("Gather", [x, b.Ints(0, 2, 4, 6)], ("axis", 2));
                break;
            case "Resize":
                x = g.Node("Resize", [x, "", b.Constant<float>([1, 1, 2, 2], 4)], ("mode", "nearest"),
                    ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"));
                break;
            case "Expand":
                x = g.Node("Expand", [x, b.Ints(1, 8, 8, 8)]);
                break;
            case "UnsqueezeSqueeze":
                x = g.Node("Squeeze", [g.Node("Unsqueeze", [x, b.Ints(1)]), b.Ints(1)]);
                break;
            case "DepthwiseConv":
                x = g.Node("Relu", [x]);
                x = g.Node("Conv", [x, g.Weights("depthwise", 8, 1, 3, 3)], ("group", 8));
                break;
            case "ConvBatchNorm":
                string variance = b.AddInitializer(OnnxTensor.Create<float>("variance", [1, 2, 1, 3, 1, 2, 1, 1], 8));
                x = g.Node(
                    "BatchNormalization",
                    [x, g.Weights("gamma", 8), g.Weights("beta", 8), g.Weights("mean", 8), variance]);
                x = g.Node("Relu", [x]);
                break;
            default:
                x = g.Node(op, [x]);
                break;
        }
        x = g.Node("Relu", [g.Conv(x, "second", channels, 8)]);
        x = g.Node("Flatten", [g.Node("GlobalAveragePool", [x])]);
        return g.Build(g.Node("Gemm", [x, g.Weights("head.weight", 10, 8), g.Weights("head.bias", 10)], ("transB", 1)));
    }

    private static double Fidelity(OnnxModel exact, OnnxModel quantized, IReadOnlyDictionary<string, TensorValue> batch)
    {
        using var first = InferenceModel.Load(exact.ToByteArray());
        using var second = InferenceModel.Load(quantized.ToByteArray());
        using var x = first.Run(batch);
        using var y = second.Run(batch);
        var ratio = new Sqnr();
        ratio.Add(x[0].AsSpan<float>(), y[0].AsSpan<float>());
        return ratio.Decibels;
    }
}
