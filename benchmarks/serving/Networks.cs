using MaaS.Onnx;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Benchmarks.Serving;

/// <summary>Networks with random weights: speed does not depend on what was learnt. All take <c>input</c> and give (B,
/// 10) logits.</summary>
internal sealed class Networks
{
    private readonly Random _random = new(1);
    private readonly GraphBuilder _graph;

    private Networks(string name) => _graph = new GraphBuilder(name);

    /// <summary>(B, 1, 28, 28): one 3×3 convolution of 32 channels, ReLU, a 2×2 pool and a linear layer.</summary>
    public static OnnxModel Conv32Dense10()
    {
        var net = new Networks("conv");
        var x = net._graph.AddInput("input", DataType.Float, ["batch", 1, 28, 28]);
        x = net._graph.Node("Flatten", [net.MaxPool(net.ConvRelu(x, 1, 32, pad: 0))]);                  // (B, 32·13·13)
        return net.Build(net.Linear(x, 32 * 13 * 13, 10));
    }

    /// <summary>(B, 1, 28, 28): three blocks of two 3×3 convolutions (32, 64, 128) and pools, dense 768, dense 10:
    /// 1.18M parameters.</summary>
    public static OnnxModel Vgg()
    {
        var net = new Networks("vgg");
        var x = net._graph.AddInput("input", DataType.Float, ["batch", 1, 28, 28]);
        var from = 1;
        foreach (var channels in new[] { 32, 64, 128 })
        {
            x = net.MaxPool(net.ConvRelu(net.ConvRelu(x, from, channels), channels, channels));
            from = channels;
        }

        x = net._graph.Node("Flatten", [x]);                                                            // (B, 128·3·3)
        x = net._graph.Node("Relu", [net.Linear(x, 128 * 3 * 3, 768)]);
        return net.Build(net.Linear(x, 768, 10));
    }

    /// <summary>
    /// (B, T) token ids: a Transformer encoder of MiniLM-L6's sizes (30522 words, width 384, six layers of 12 heads,
    /// feed-forward 1536), mean over the tokens, dense 10: 22M parameters, of which a run reads 43 MB besides its
    /// words.
    /// </summary>
    public static OnnxModel SentenceEncoder()
    {
        const int Width = 384;
        var net = new Networks("encoder");
        var ids = net._graph.AddInput("input", DataType.Int64, ["batch", "tokens"]);
        var x = net._graph.Node("Gather", [net.Weights("embedding", 1, 30522, Width), ids]);            // (B, T, W)
        for (var layer = 0; layer < 6; layer++)
        {
            x = net.AddNorm(x, net.Attention(x, Width, heads: 12), Width);
            x = net.AddNorm(
                x, net.Dense(net._graph.Node("Relu", [net.Dense(x, Width, 4 * Width)]), 4 * Width, Width), Width);
        }

        return net.Build(
            net.Linear(net._graph.Node("ReduceMean", [x], ("axes", new long[] { 1 }), ("keepdims", 0)), Width, 10));
    }

    private string Attention(string x, int width, int heads)
    {
        string Heads(params long[] order) => _graph.Node(
            "Transpose", [_graph.Node("Reshape", [Dense(x, width, width), _graph.Ints(0, 0, heads, width / heads)])],
            ("perm", order));

        // (B, H, T, D), k: (B, H, D, T)
        var (q, k, v) = (Heads(0, 2, 1, 3), Heads(0, 2, 3, 1), Heads(0, 2, 1, 3));
        var scores = _graph.Node("Mul", [_graph.Node("MatMul", [q, k]), _graph.Scalar(1 / MathF.Sqrt(width / heads))]);
        var mixed = _graph.Node("MatMul", [_graph.Node("Softmax", [scores], ("axis", -1)), v]);         // (B, H, T, D)
        return Dense(
            _graph.Node(
                "Reshape",
                [_graph.Node("Transpose", [mixed], ("perm", new long[] { 0, 2, 1, 3 })), _graph.Ints(0, 0, width)]),
                width, width);
    }

    private string AddNorm(string x, string y, int width) => _graph.Node(
        "LayerNormalization",
        [_graph.Node("Add", [x, y]), Weights("norm.weight", 1, width), Weights("norm.bias", 0.1, width)], ("axis", -1));

    private string Dense(string x, int from, int to) => _graph.Node(
        "Add",
        [_graph.Node("MatMul", [x, Weights("dense.weight", 1 / Math.Sqrt(from), from, to)]),
         Weights("dense.bias", 0.1, to)]);

    private string ConvRelu(string x, int from, int to, int pad = 1) => _graph.Node("Relu", [_graph.Node(
        "Conv", [x, Weights("conv.weight", Math.Sqrt(2.0 / (9 * from)), to, from, 3, 3), Weights("conv.bias", 0.1, to)],
        ("pads", new long[] { pad, pad, pad, pad }))]);

    private string MaxPool(string x) =>
        _graph.Node("MaxPool", [x], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));

    private string Linear(string x, int from, int to) => _graph.Node(
        "Gemm", [x, Weights("linear.weight", 1 / Math.Sqrt(from), to, from), Weights("linear.bias", 0.1, to)],
        ("transB", 1));

    private string Weights(string name, double deviation, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, static (a, b) => a * b)];
        foreach (ref var value in values.AsSpan())
        {
            value = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(
                2 * Math.PI * _random.NextDouble()));
        }

        return _graph.AddInitializer(
            OnnxTensor.Create<float>($"{name}{_graph.Graph.Initializer.Count}", values, shape));
    }

    private OnnxModel Build(string output)
    {
        _graph.AddOutput(output, DataType.Float, ["batch", 10]);
        return _graph.Build();
    }
}
