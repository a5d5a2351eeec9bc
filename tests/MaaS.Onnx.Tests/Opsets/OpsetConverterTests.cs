using MaaS.Onnx.Opsets;
using MaaS.Onnx.Schema;
using MaaS.Onnx.Tests.Quantization;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests.Opsets;

/// <summary>ONNX Runtime runs opset 7 and newer: what it computes from the old graph is the oracle for the new
/// one.</summary>
public sealed class OpsetConverterTests
{
    private static readonly long[] Image = [2, 3, 4, 6];

    // One operator in one old opset, on an input of (2, 3, 4, 6).
    private static IEnumerable<TestCaseData> Operators()
    {
        foreach (int opset in (int[])[7, 8, 9, 10, 11, 12])
        {
            yield return Case(
                opset, "Squeeze",
                static b => b.Node("Squeeze", [b.Node("ReduceMax", ["x"], ("axes", A(1)))], ("axes", A(1))));
            yield return Case(
                opset, "Squeeze of all", static b => b.Node("Squeeze", [b.Node("ReduceMax", ["x"], ("axes", A(1)))]));
            yield return Case(opset, "Unsqueeze", static b => b.Node("Unsqueeze", ["x"], ("axes", A(0, 3))));
            yield return Case(
                opset, "ReduceSum", static b => b.Node("ReduceSum", ["x"], ("axes", A(1, 3)), ("keepdims", 0)));
            yield return Case(opset, "ReduceSum of all", static b => b.Node("ReduceSum", ["x"], ("keepdims", 0)));
            yield return Case(
                opset, "Split", static b => b.Nodes("Split", ["x"], 2, ("axis", 3), ("split", A(2, 4)))[1]);
            yield return Case(opset, "Split in halves", static b => b.Nodes("Split", ["x"], 2, ("axis", 3))[1]);
            foreach (string op in (string[])["Softmax", "LogSoftmax", "Hardmax"])
            {
                yield return Case(opset, op, b => b.Node(op, ["x"]));
                yield return Case(opset, $"{op} of the last axis", b => b.Node(op, ["x"], ("axis", 3)));
                yield return Case(opset, $"{op} of all axes", b => b.Node(op, ["x"], ("axis", 0)));
                yield return Case(
                    opset, $"{op} before axes of size 1", b => b.Node(op, [b.Node("GlobalMaxPool", ["x"])]));
                yield return Case(
                    opset, $"{op} of an unknown rank",
                    b => b.Node(
                        op, [b.Node("Reshape", ["x", b.AddInput("shape", DataType.Int64, ["rank"])])], ("axis", 1)));
            }
            yield return Case(
                opset, "Dropout",
                static b => b.Opset < 12 ? b.Node("Dropout", ["x"], ("ratio", 0.3f)) : b.Node("Dropout", ["x"]));
            yield return Case(opset, "BatchNormalization", static b => b.Node(
                "BatchNormalization",
                ["x", b.Constant<float>([1, 2, 3], 3), b.Constant<float>([0, 1, 2], 3),
                 b.Constant<float>([0.1f, 0, 0.2f], 3), b.Constant<float>([1, 2, 3], 3)],
                ("epsilon", 1e-3f)));
            yield return Case(opset, "Upsample", static b => Upsample(b, "nearest", 1, 1, 2, 3));
            yield return Case(opset, "Upsample by 1.5", static b => Upsample(b, "nearest", 1, 1, 1.5f, 1.7f));
            yield return Case(opset, "Upsample linear", static b => Upsample(b, "linear", 1, 1, 2, 1.5f));
            yield return Case(opset, "Clip", static b => Clip(b, "x", -0.5f, 0.75f));
            yield return Case(opset, "Clip from below", static b => Clip(b, "x", 0, null));
            yield return Case(opset, "Clip from above", static b => Clip(b, "x", null, 0.25f));
            yield return Case(opset, "Pad", static b => Pad(b, "constant", 0));
            yield return Case(opset, "Pad with a value", static b => Pad(b, "constant", 2.5f));
            yield return Case(opset, "Pad reflecting", static b => Pad(b, "reflect", 3));
            yield return Case(opset, "Slice", static b => Slice(b, [1, -3], [2, 1000], [1, 3]));
            yield return Case(opset, "Slice of the first axes", static b => Slice(b, [0, 1], [1, 3], null));
            yield return Case(opset, "TopK", static b => b.Opset < 10
                ? b.Nodes("TopK", ["x"], 2, ("k", 2), ("axis", 3))[0]
                : b.Nodes("TopK", ["x", b.Ints(2)], 2, ("axis", 3))[0]);
            yield return Case(opset, "Unchanged", static b => b.Node(
                "Conv",
                [b.Node("LeakyRelu", ["x"], ("alpha", 0.2f)),
                 b.Constant<float>([.. Enumerable.Range(0, 108).Select(static i => MathF.Sin(i))], 4, 3, 3, 3)]));
        }
        foreach (int opset in (int[])[9, 10])
        {
            yield return Case(opset, "Pad of float64", static b => b.Node("Cast", [b.Node(
                "Pad", [b.Node("Cast", ["x"], ("to", (int)DataType.Double))], ("pads", A(0, 0, 1, 0, 0, 0, 0, 2)),
                ("value", 0.5f))],
                ("to", (int)DataType.Float)));
            yield return Case(opset, "Scatter", static b => b.Node(
                "Scatter", ["x", b.Constant<long>([1, 0], 2, 1, 1, 1), b.Constant<float>([7, 8], 2, 1, 1, 1)],
                ("axis", 3)));
        }
        yield return Case(10, "Resize", static b => b.Node("Resize", ["x", b.Constant<float>([1, 1, 2, 1.5f], 4)]));
        yield return Case(
            10, "Resize to less", static b => b.Node("Resize", ["x", b.Constant<float>([1, 1, 0.6f, 0.6f], 4)]));
        yield return Case(
            10, "Resize linear, up and down",
            static b => b.Node("Resize", ["x", b.Constant<float>([1, 1, 2, 0.5f], 4)], ("mode", "linear")));
        yield return Case(10, "Resize linear by computed scales", static b => b.Node(
            "Resize",
            ["x",
             b.Node(
                 "Cast", [b.Node("Div", [b.Ints(2, 3, 8, 9), b.Node("Shape", ["x"])])], ("to", (int)DataType.Float))],
                 ("mode", "linear")));
        yield return Case(11, "Resize with an empty region", static b => b.Node(
            "Resize", ["x", b.Constant<float>([], 0), b.Constant<float>([1, 1, 2, 2], 4)],
            ("coordinate_transformation_mode", "align_corners"), ("mode", "linear")));
        yield return Case(11, "Resize to a size", static b => b.Node(
            "Resize", ["x", b.Constant<float>([], 0), b.Constant<float>([], 0), b.Ints(2, 3, 9, 5)],
            ("nearest_mode", "round_prefer_ceil")));
    }

    [TestCaseSource(nameof(Operators))]
    public void Convert_OldOperator_ComputesTheSameInOpset13(OnnxModel old)
    {
        ArgumentNullException.ThrowIfNull(old);
        var model = old.Clone();

        Assert.That(OpsetConverter.Convert(model), Is.True);

        Assert.That(model.Opset, Is.EqualTo(13));
        AssertSame(old, model);
    }

    [Test]
    public void Convert_Bodies_AreConvertedToo()
    {
        var then = Body("then", static b => b.Node("Clip", [b.Node("Softmax", ["x"], ("axis", 2))], ("max", 0.3f)));
        var other = Body("else", static b => b.Node(
            "Sub",
            ["x", b.Node("Unsqueeze", [b.Node("ReduceSum", ["x"], ("axes", A(3)), ("keepdims", 0))], ("axes", A(3)))]));
        var old = Model(9, b => b.Node(
            "If", [b.AddInput("condition", DataType.Bool, [])], ("then_branch", then), ("else_branch", other)));
        var model = old.Clone();

        OpsetConverter.Convert(model);

        foreach (bool condition in (bool[])[true, false])
        {
            AssertSame(old, model, OnnxTensor.Scalar("condition", condition));
        }
    }

    [Test]
    public void Convert_IrVersion3_InitializersAreInputsNoMore()
    {
        var old = Graphs.Linear();
        old.Proto.IrVersion = 3;
        old.Graph.Input.Add(
            old.Graph.Initializer.Select(
                static t => OnnxDimension.ValueInfo(t.Name, t.Type(), t.Dims.Select(static d => (OnnxDimension)d))));
        var model = old.Clone();

        Assert.That(OpsetConverter.Convert(model), Is.True);

        Assert.That(model.Graph.Input.Select(static input => input.Name), Is.EqualTo(new[] { "x" }));
        OnnxTools.Check(model);
        Assert.That(Graphs.Run(model, [1, 2, 3], 1, 3), Is.EqualTo(Graphs.Run(old, [1, 2, 3], 1, 3)));
    }

    [Test]
    public void Convert_Opset13_StaysAsItIs()
    {
        var model = Graphs.Linear();
        var bytes = model.ToByteArray();
        Assert.That(OpsetConverter.Convert(model), Is.False);
        Assert.That(model.ToByteArray(), Is.EqualTo(bytes));
    }

    private static IEnumerable<TestCaseData> Refusals()
    {
        static TestCaseData Row(string name, int opset, Func<GraphBuilder, string> make, string expected) =>
            new TestCaseData(Model(opset, make), expected).SetArgDisplayNames(name);
        yield return Row("opset 6", 6, static b => b.Node("Relu", ["x"]), "expected opset 7 or newer, got 6");
        yield return Row(
            "unknown operator", 7, static b => b.Node("ImageScaler", ["x"], ("scale", 1f)),
            "ImageScaler 'ImageScaler' of opset 7 is not known");
        yield return Row("spatial", 7, static b => b.Node(
            "BatchNormalization", ["x", Statistics(b), Statistics(b), Statistics(b), Statistics(b)], ("spatial", 0)),
            "spatial=0");
        yield return Row(
            "mask", 10, static b => b.Node("Where", [b.Nodes("Dropout", ["x"], 2)[1], "x", "x"]), "Dropout");
        yield return Row(
            "Scan", 8,
            static b => b.Node(
                "Scan", ["", "x"], ("num_scan_inputs", 1), ("body", Body("body", static c => c.Node("Relu", ["x"])))),
                "Scan");
        yield return Row(
            "mixed scales", 10, static b => b.Node("Resize", ["x", b.Constant<float>([1, 1, 2, 0.5f], 4)]),
            "all grow or all shrink");
        yield return Row("computed scales", 10, static b => b.Node(
            "Resize",
            ["x", b.Node("Cast", [b.Node("Shape", [b.Node("Shape", [b.Node("NonZero", ["x"])])])], ("to", 1))]),
            "constant scales");
        yield return Row(
            "normalization", 8, static b => b.Node("MeanVarianceNormalization", ["x"]), "MeanVarianceNormalization");
    }

    [TestCaseSource(nameof(Refusals))]
    public void Convert_NothingMeansTheSame_NamesTheOperator(OnnxModel model, string expected) =>
        Assert.That(
            () => OpsetConverter.Convert(model), Throws.TypeOf<NotSupportedException>().With.Message.Contain(expected));

    private static string Statistics(GraphBuilder b) => b.Constant<float>(new float[72], 3, 4, 6);

    private static string Upsample(GraphBuilder b, string mode, params float[] scales) => b.Opset switch
    {
        < 9 => b.Node("Upsample", ["x"], ("mode", mode), ("scales", scales)),
        9 => b.Node("Upsample", ["x", b.Constant<float>(scales, 4)], ("mode", mode)),
        10 => b.Node("Resize", ["x", b.Constant<float>(scales, 4)], ("mode", mode)),
        _ => b.Node(
            "Resize", ["x", b.Constant<float>([], 0), b.Constant<float>(scales, 4)], ("mode", mode),
            ("coordinate_transformation_mode", "asymmetric")),
    };

    private static string Clip(GraphBuilder b, string x, float? min, float? max)
    {
        if (b.Opset >= 11)
        {
            return b.Node("Clip", [x, min is { } low ? b.Scalar(low) : "", max is { } high ? b.Scalar(high) : ""]);
        }
        var bounds = new List<(string, AttributeValue)>();
        if (min is { } least)
        {
            bounds.Add(("min", least));
        }
        if (max is { } most)
        {
            bounds.Add(("max", most));
        }
        return b.Node("Clip", [x], [.. bounds]);
    }

    private static string Pad(GraphBuilder b, string mode, float value)
    {
        long[] pads = [0, 0, 1, 2, 0, 0, 2, 1];
        return b.Opset < 11
            ? b.Node("Pad", ["x"], ("mode", mode), ("pads", pads), ("value", value))
            : b.Node("Pad", ["x", b.Ints(pads), b.Scalar(value)], ("mode", mode));
    }

    private static string Slice(GraphBuilder b, long[] starts, long[] ends, long[]? axes)
    {
        if (b.Opset >= 10)
        {
            return b.Node("Slice", ["x", b.Ints(starts), b.Ints(ends), axes is null ? "" : b.Ints(axes)]);
        }
        return axes is null
            ? b.Node("Slice", ["x"], ("starts", starts), ("ends", ends))
            : b.Node("Slice", ["x"], ("starts", starts), ("ends", ends), ("axes", axes));
    }

    private static long[] A(params long[] axes) => axes;

    private static TestCaseData Case(int opset, string name, Func<GraphBuilder, string> make) =>
        new TestCaseData(Model(opset, make)).SetArgDisplayNames($"{name}, opset {opset}");

    private static OnnxModel Model(int opset, Func<GraphBuilder, string> make)
    {
        var builder = new GraphBuilder("old", opset);
        builder.AddInput("x", DataType.Float, Image.Select(static size => (OnnxDimension)size));
        builder.AddOutput(make(builder), DataType.Float, null);
        return builder.Build();
    }

    // A body without inputs of its own that reads x from outside.
    private static GraphProto Body(string name, Func<GraphBuilder, string> make)
    {
        var builder = new GraphBuilder(name, 9) { Scope = name };
        builder.AddOutput(make(builder), DataType.Float, null);
        return builder.Graph;
    }

    private static void AssertSame(OnnxModel old, OnnxModel converted, params TensorProto[] others)
    {
        var random = new Random(3);
        float[] values = [.. Enumerable.Range(0, 2 * 3 * 4 * 6).Select(_ => (float)(4 * random.NextDouble() - 2))];
        var feeds = new List<TensorProto>(others) { OnnxTensor.Create<float>("x", values, Image) };
        if (old.Inputs.Any(static input => input.Name == "shape"))
        {
            feeds.Add(OnnxTensor.Create<long>("shape", [6, 4, 6], 3));
        }
        using var before = new OnnxRunner(old);
        using var after = new OnnxRunner(converted);
        var expected = before.Run(feeds)[0];
        var actual = after.Run(feeds)[0];
        Assert.That(actual.Dims.ToArray(), Is.EqualTo(expected.Dims.ToArray()));
        Assert.That(actual.ToArray<float>(), Is.EqualTo(expected.ToArray<float>()).Within(1e-6f));
        Assert.That(expected.ElementCount(), Is.Positive);

        var output = converted.Outputs[0];
        converted.Graph.Output[0] = OnnxDimension.ValueInfo(
            output.Name, output.ElementType(), expected.Dims.Select(static d => (OnnxDimension)d));
        OnnxTools.Check(converted);
    }
}
