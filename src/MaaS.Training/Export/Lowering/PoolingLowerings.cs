using MaaS.Core.Onnx;

namespace MaaS.Training.Export.Lowering;

/// <summary>Pooling over 1 to 3 axes.</summary>
internal static class PoolingLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::max_pool1d"] = MaxPool(1),
        ["aten::max_pool2d"] = MaxPool(2),
        ["aten::max_pool3d"] = MaxPool(3),
        ["aten::mkldnn_max_pool2d"] = MaxPool(2),
        ["aten::avg_pool1d"] = AveragePool(1),
        ["aten::avg_pool2d"] = AveragePool(2),
        ["aten::avg_pool3d"] = AveragePool(3),
        ["aten::adaptive_avg_pool1d"] = Adaptive("AveragePool", "GlobalAveragePool", 1),
        ["aten::adaptive_avg_pool2d"] = Adaptive("AveragePool", "GlobalAveragePool", 2),
        ["aten::adaptive_avg_pool3d"] = Adaptive("AveragePool", "GlobalAveragePool", 3),
        ["aten::_adaptive_avg_pool2d"] = Adaptive("AveragePool", "GlobalAveragePool", 2),
        ["aten::adaptive_max_pool1d"] = Adaptive("MaxPool", "GlobalMaxPool", 1),
        ["aten::adaptive_max_pool2d"] = Adaptive("MaxPool", "GlobalMaxPool", 2),
        ["aten::adaptive_max_pool3d"] = Adaptive("MaxPool", "GlobalMaxPool", 3),
    };

    private static OperatorLowering MaxPool(int axes) => call => Emit(call, axes, x =>
        call.Node("MaxPool", [x], [.. Window(call, axes), ("dilations", ConvolutionLowerings.Spread(call.Ints("dilation"), axes, 1))]));

    private static OperatorLowering AveragePool(int axes) => call => Emit(call, axes, x =>
    {
        if (call.Has("divisor_override")) throw call.Unsupported("divisor_override has no ONNX form");
        return call.Node("AveragePool", [x], [.. Window(call, axes), ("count_include_pad", call.Flag("count_include_pad"))]);
    });

    private static (string, AttributeValue)[] Window(OperatorCall call, int axes)
    {
        long[] kernel = ConvolutionLowerings.Spread(call.Ints("kernel_size"), axes, 1);
        long[] stride = call.Ints("stride");
        return
        [
            ("kernel_shape", kernel),
            ("strides", stride.Length == 0 ? kernel : ConvolutionLowerings.Spread(stride, axes, 1)),
            ("pads", ConvolutionLowerings.Both(ConvolutionLowerings.Spread(call.Ints("padding"), axes, 0))),
            ("ceil_mode", call.Flag("ceil_mode")),
        ];
    }

    // One output element is a global pool at any size; a fixed size divides into windows, which may differ in length.
    private static OperatorLowering Adaptive(string windowed, string global, int axes) => call => Emit(call, axes, x =>
    {
        var input = call.Tensor("self").Shape.TakeLast(axes).ToArray();
        // One number stands for all axes, and an axis without a number keeps its size.
        long[] output = [.. call.OutputShape().TakeLast(axes).Select((size, i) => size.IsFixed ? size.Value
            : throw call.Unsupported($"adaptive pooling that keeps the dynamic axis {i + 2}"))];
        if (output.All(static size => size == 1)) return call.Node(global, [x]);
        if (input.Any(static size => !size.IsFixed))
        {
            throw call.Unsupported($"adaptive pooling from ({string.Join(", ", input)}) to ({string.Join(", ", output)}): "
                + "ONNX needs fixed sizes, or an output of 1");
        }
        if (input.Zip(output).Any(static pair => pair.First.Value % pair.Second != 0))
        {
            for (int i = 0; i < axes; i++) x = UnevenWindows(call, x, windowed, 2 + i, axes + 2, input[i].Value, output[i]);
            return x;
        }
        long[] kernel = [.. input.Zip(output, static (size, windows) => size.Value / windows)];
        return call.Node(windowed, [x], ("kernel_shape", kernel), ("strides", kernel));
    });

    // Window o covers ⌊o·n/m⌋ to before ⌈(o+1)·n/m⌉: means are a product by a constant matrix, maxima those of gathered windows.
    private static string UnevenWindows(OperatorCall call, string x, string windowed, int axis, int rank, long n, long m)
    {
        if (n == m) return x;
        var windows = Enumerable.Range(0, (int)m).Select(o => (Start: o * n / m, End: ((o + 1) * n + m - 1) / m)).ToArray();
        if (windowed == "MaxPool")
        {
            long length = windows.Max(static w => w.End - w.Start);
            long[] picks = [.. windows.SelectMany(w => Enumerable.Range(0, (int)length).Select(i => Math.Min(w.Start + i, w.End - 1)))];
            string gathered = call.Node("Gather", [x, call.Graph.Constant<long>(picks, m, length)], ("axis", axis));
            return ReductionLowerings.Reduce(call, "ReduceMax", gathered, [axis + 1], keep: false);
        }
        float[] means = new float[n * m];
        for (int o = 0; o < m; o++)
        {
            for (long i = windows[o].Start; i < windows[o].End; i++) means[i * m + o] = 1f / (windows[o].End - windows[o].Start);
        }
        var type = call.OutputType();
        string matrix = call.Cast(call.Graph.Constant<float>(means, n, m), MaaS.Core.Onnx.Schema.TensorProto.Types.DataType.Float, type);
        string axes = "abcde"[..rank], pooled = axes.Replace(axes[axis], 'z');
        return call.Node("Einsum", [x, matrix], ("equation", $"{axes},{axes[axis]}z->{pooled}"));
    }

    // torch also takes one sample without its batch axis.
    private static void Emit(OperatorCall call, int axes, Func<string, string> pool)
    {
        var x = call.Tensor("self");
        if (x.Rank == axes + 2)
        {
            call.Return(pool(x.Name));
            return;
        }
        string batched = call.Node("Unsqueeze", [x.Name, call.Graph.Ints(0)]);
        call.Return(call.Node("Squeeze", [pool(batched), call.Graph.Ints(0)]));
    }
}
