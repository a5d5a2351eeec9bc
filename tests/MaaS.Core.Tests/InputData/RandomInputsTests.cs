using MaaS.Core.InputData;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Core.Tests.InputData;

public sealed class RandomInputsTests
{
    private static readonly ElementType[] Types =
    [
        ElementType.Bool, ElementType.UInt8, ElementType.Int8, ElementType.UInt16, ElementType.Int16,
        ElementType.UInt32, ElementType.Int32,
        ElementType.UInt64, ElementType.Int64, ElementType.Float16, ElementType.BFloat16, ElementType.Float32,
        ElementType.Float64,
    ];

    // ids → Gather of 5 rows → sum with x.
    private static OnnxModel Embedding()
    {
        var b = new GraphBuilder("embedding");
        b.AddInput("ids", DataType.Int64, ["batch", "sequence"]);
        b.AddInput("attention_mask", DataType.Int64, ["batch", "sequence"]);
        b.AddInput("x", DataType.Float, ["batch", "2*sequence", default]);
        string rows = b.Node(
            "Gather",
            [b.Constant<float>([.. Enumerable.Range(0, 15).Select(static i => (float)i)], 5, 3),
             b.Node("Cast", ["ids"], ("to", (int)DataType.Int32))]);
        b.AddOutput(b.Node("ReduceMean", [rows]), DataType.Float, null);
        b.AddOutput(b.Node("ReduceMean", ["x"]), DataType.Float, null);
        b.AddOutput(b.Node("ReduceMax", ["attention_mask"]), DataType.Int64, null);
        return b.Build();
    }

    [Test]
    public void GetEnumerator_TokensAndMasks_FitTheModelAndRepeat()
    {
        var model = Embedding();
        var random = new RandomInputs(
            model, ModelInputs.Of(model),
            new() { Runs = 20, Sizes = new Dictionary<string, long> { ["sequence"] = 7, ["x[2]"] = 3 } });

        var runs = random.ToList();

        Assert.That(runs, Has.Count.EqualTo(20));
        long[] ids = [.. runs.SelectMany(static run => run["ids"].AsSpan<long>().ToArray())];
        Assert.That(ids.Distinct().Order(), Is.EqualTo(new long[] { 0, 1, 2, 3, 4 }), "the table has 5 rows");
        Assert.That(runs[0]["attention_mask"].AsSpan<long>().ToArray(), Has.All.EqualTo(1));
        Assert.That(runs[0]["x"].Shape.ToArray(), Is.EqualTo(new long[] { 1, 14, 3 }));
        Assert.That(random.First()["x"].AsSpan<float>().ToArray(), Is.EqualTo(runs[0]["x"].AsSpan<float>().ToArray()));
        float[] normal = [.. runs.SelectMany(static run => run["x"].AsSpan<float>().ToArray())];
        Assert.That(normal.Average(), Is.EqualTo(0).Within(0.1), "840 draws: deviation 0.035");
        Assert.That(normal.Average(static v => v * v), Is.EqualTo(1).Within(0.2), "deviation 0.049");
        ModelInputs.Try(model, runs[0]);
    }

    [TestCaseSource(nameof(Types))]
    public void GetEnumerator_EveryElementType_IsDrawnAndFilled(ElementType type)
    {
        var model = Embedding();
        TensorSpec[] inputs = [new("a", type, [2, 3]), new("b", type, [])];
        var run = new RandomInputs(model, inputs, new() { Fills = new Dictionary<string, double> { ["b"] = 1 } })
            .First();
        Assert.That(run["a"].Type, Is.EqualTo(type));
        Assert.That(run["a"].Count, Is.EqualTo(6));
        Assert.That(run["b"].Data.ToArray(), Has.Some.Not.Zero);
    }

    [Test]
    public void Constructor_UnknownAxisOrInput_NamesThoseThatThereAre()
    {
        var model = Embedding();
        var inputs = ModelInputs.Of(model);
        Assert.That(
            () => new RandomInputs(model, inputs, new() { Sizes = new Dictionary<string, long> { ["sequenz"] = 1 } }),
            Throws.ArgumentException.With.Message.Contain("batch, sequence, 2*sequence, x[2]")
                .And.Message.Contain("'sequenz'"));
        Assert.That(
            () => new RandomInputs(model, inputs, new() { Fills = new Dictionary<string, double> { ["y"] = 1 } }),
            Throws.ArgumentException.With.Message.Contain("ids, attention_mask, x"));
        Assert.That(
            () => new RandomInputs(model, [new("t", ElementType.String, [1])]),
            Throws.ArgumentException.With.Message.Contain("real data"));
    }
}
