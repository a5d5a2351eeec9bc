using MaaS.Onnx.Inference;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests.Quantization.Qdq;

/// <summary>Small networks with random weights, built node by node around what a test is about.</summary>
internal sealed class TestGraphs
{
    private readonly Random _random = new(11);

    public GraphBuilder Builder { get; } = new("test");

    /// <summary>Adds the input "x", float32 (batch, …).</summary>
    public string Input(params long[] shape) =>
        Builder.AddInput("x", DataType.Float, [(OnnxDimension)"batch", .. shape.Select(size => (OnnxDimension)size)]);

    /// <summary>Adds random weights.</summary>
    public string Weights(string name, params long[] shape)
    {
        int count = (int)shape.Aggregate(1L, (a, b) => a * b);
        float[] values = [.. Enumerable.Range(0, count).Select(_ => (float)(_random.NextDouble() - 0.5))];
        return Builder.AddInitializer(OnnxTensor.Create<float>(name, values, shape));
    }

    /// <summary>A 3 × 3 convolution that keeps the size, with bias.</summary>
    public string Conv(string x, string name, int from, int to) => Builder.Node(
        "Conv", [x, Weights($"{name}.weight", to, from, 3, 3), Weights($"{name}.bias", to)],
        ("pads", new long[] { 1, 1, 1, 1 }));

    public string Node(
        string op, ReadOnlySpan<string> inputs, params ReadOnlySpan<(string, AttributeValue)> attributes) =>
        Builder.Node(op, inputs, attributes);

    public OnnxModel Build(params string[] outputs)
    {
        foreach (string output in outputs)
        {
            Builder.AddOutput(output, DataType.Float, null);
        }

        return Builder.Build();
    }

    /// <summary>Batches of standard normal inputs.</summary>
    public static List<IReadOnlyDictionary<string, TensorValue>> Normal(int batches, params long[] shape)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, batches).Select(_ => (IReadOnlyDictionary<string, TensorValue>)
            new Dictionary<string, TensorValue> { ["x"] = TensorValue.Of(Values(random, shape), shape) })];
    }

    private static float[] Values(Random random, long[] shape)
    {
        float[] values = new float[shape.Aggregate(1L, static (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(
                2 * Math.PI * random.NextDouble()));
        }

        return values;
    }
}
