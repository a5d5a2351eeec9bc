using MaaS.Onnx;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Benchmarks.Quantization;

/// <summary>Networks with random weights: latency and size do not depend on what was learnt.</summary>
internal sealed class Networks
{
    private readonly Random _random = new(1);
    private readonly GraphBuilder _graph;

    private Networks(string name) => _graph = new GraphBuilder(name);

    /// <summary>Six 3 × 3 convolutions of 64 to 256 channels on (B, 1, 28, 28): 1.15M parameters, 116M MACs.</summary>
    public static OnnxModel Vgg()
    {
        var net = new Networks("vgg");
        string x = net._graph.AddInput("input", DataType.Float, ["batch", 1, 28, 28]);
        int from = 1;
        foreach (int channels in new[] { 64, 128, 256 })
        {
            x = net.ConvRelu(net.ConvRelu(x, from, channels), channels, channels);
            if (channels < 256)
            {
                x = net.MaxPool(x);
            }

            from = channels;
        }
        x = net._graph.Node("Flatten", [net._graph.Node("GlobalAveragePool", [x])]);   // (B, 256)
        return net.Build(net.Linear(x, 256, 10), 10);
    }

    /// <summary>One 3 × 3 convolution of 32 channels, a pool and a linear layer on (B, 1, 28, 28).</summary>
    public static OnnxModel SmallConvNet()
    {
        var net = new Networks("small");
        string x = net._graph.AddInput("input", DataType.Float, ["batch", 1, 28, 28]);
        x = net._graph.Node("Flatten", [net.MaxPool(net.ConvRelu(x, 1, 32))]);   // (B, 32·14·14)
        return net.Build(net.Linear(x, 32 * 14 * 14, 10), 10);
    }

    /// <summary>A pre-norm encoder on token ids (B, 128): heads of 32 features at width 256 and of 64 above, 8,000
    /// tokens.</summary>
    public static OnnxModel Transformer(int width, int layers)
    {
        var net = new Networks("transformer");
        string x = net._graph.AddInput("input", DataType.Int64, ["batch", 128]);
        x = net._graph.Node("Gather", [net.Weights("embedding", 0.1, 8000, width), x]);   // (B, 128, C)
        x = net._graph.Node("Add", [x, net.Weights("position", 0.1, 128, width)]);
        for (int layer = 0; layer < layers; layer++)
        {
            x = net._graph.Node("Add", [x, net.Attention(net.LayerNorm(x, width), width)]);
            string hidden = net.Gelu(net.Dense(net.LayerNorm(x, width), width, 4 * width));   // (B, 128, 4C)
            x = net._graph.Node("Add", [x, net.Dense(hidden, 4 * width, width)]);
        }
        x = net._graph.Node("ReduceMean", [x], ("axes", new long[] { 1 }), ("keepdims", 0));   // (B, C)
        return net.Build(net.Linear(x, width, 2), 2);
    }

    private string ConvRelu(string x, int from, int to) => _graph.Node("Relu", [_graph.Node(
        "Conv", [x, Weights("conv.weight", Math.Sqrt(2.0 / (9 * from)), to, from, 3, 3), Weights("conv.bias", 0.1, to)],
        ("pads", new long[] { 1, 1, 1, 1 }))]);

    private string MaxPool(string x) =>
        _graph.Node("MaxPool", [x], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));

    private string Linear(string x, int from, int to) =>
        _graph.Node(
            "Gemm", [x, Weights("linear.weight", 1 / Math.Sqrt(from), to, from), Weights("linear.bias", 0.1, to)],
            ("transB", 1));

    private string Dense(string x, int from, int to) => _graph.Node(
        "Add",
        [_graph.Node("MatMul", [x, Weights("dense.weight", 1 / Math.Sqrt(from), from, to)]),
         Weights("dense.bias", 0.1, to)]);

    private string LayerNorm(string x, int width) =>
        _graph.Node("LayerNormalization", [x, Weights("norm.weight", 1, width), Weights("norm.bias", 0.1, width)]);

    private string Gelu(string x)
    {
        string erf = _graph.Node("Erf", [_graph.Node("Div", [x, _graph.Scalar(1.41421356f)])]);
        return _graph.Node(
            "Mul", [_graph.Node("Mul", [x, _graph.Node("Add", [erf, _graph.Scalar(1f)])]), _graph.Scalar(0.5f)]);
    }

    private string Attention(string x, int width)
    {
        int size = width <= 256 ? 32 : 64;
        string query = Heads(Dense(x, width, width), size, 0, 2, 1, 3), key = Heads(
            Dense(x, width, width), size, 0, 2, 3, 1);
        string value = Heads(Dense(x, width, width), size, 0, 2, 1, 3);   // (B, H, 128, D)
        // (B, H, 128, 128)
        string scores = _graph.Node("Mul", [_graph.Node("MatMul", [query, key]), _graph.Scalar(1 / MathF.Sqrt(size))]);
        string mixed = _graph.Node("MatMul", [_graph.Node("Softmax", [scores]), value]);
        mixed = _graph.Node("Transpose", [mixed], ("perm", new long[] { 0, 2, 1, 3 }));
        return Dense(_graph.Node("Reshape", [mixed, _graph.Ints(0, 0, width)]), width, width);
    }

    private string Heads(string x, int size, params long[] order) =>
        _graph.Node("Transpose", [_graph.Node("Reshape", [x, _graph.Ints(0, 0, -1, size)])], ("perm", order));

    private string Weights(string name, double deviation, params long[] shape)
    {
        float[] values = new float[shape.Aggregate(1L, static (a, b) => a * b)];
        foreach (ref float value in values.AsSpan())
        {
            value = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(
                2 * Math.PI * _random.NextDouble()));
        }

        return _graph.AddInitializer(
            OnnxTensor.Create<float>($"{name}{_graph.Graph.Initializer.Count}", values, shape));
    }

    private OnnxModel Build(string output, int classes)
    {
        _graph.AddOutput(output, DataType.Float, ["batch", classes]);
        return _graph.Build();
    }
}
