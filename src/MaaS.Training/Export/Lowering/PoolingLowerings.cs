using MaaS.Onnx;
using MaaS.Training.Tracing;
using static MaaS.Onnx.Schema.TensorProto.Types;

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
        ["aten::max_pool1d_with_indices"] = MaxPoolWithIndices(1),
        ["aten::max_pool2d_with_indices"] = MaxPoolWithIndices(2),
        ["aten::max_pool3d_with_indices"] = MaxPoolWithIndices(3),
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
        call.Node(
            "MaxPool", [x],
            [.. Window(call, axes), ("dilations", ConvolutionLowerings.Spread(call.Ints("dilation"), axes, 1))]));

    // ONNX counts places through the whole tensor, torch within one channel of one sample.
    private static OperatorLowering MaxPoolWithIndices(int axes) => call =>
    {
        var x = call.Tensor("self");
        if (x.Rank != axes + 2)
        {
            throw call.Unsupported("one sample without its batch axis; add one with unsqueeze");
        }

        string[] pooled = call.Graph.Nodes("MaxPool", [x.Name], 2,
            [.. Window(call, axes), ("dilations", ConvolutionLowerings.Spread(call.Ints("dilation"), axes, 1))]);
        string places = call.SizeScalar(x.Shape[2]);
        foreach (var size in x.Shape.Skip(3))
        {
            places = call.Node("Mul", [places, call.SizeScalar(size)]);
        }
        call.Return(pooled[0], call.Node("Mod", [pooled[1], places]));
    };

    private static OperatorLowering AveragePool(int axes) => call => Emit(call, axes, x =>
    {
        if (call.Has("divisor_override"))
        {
            throw call.Unsupported("divisor_override has no ONNX form");
        }

        return call.Node(
            "AveragePool", [x], [.. Window(call, axes), ("count_include_pad", call.Flag("count_include_pad"))]);
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
        var output = call.OutputShape().TakeLast(axes).ToArray();
        if (output.All(static size => size.Is(1)))
        {
            return call.Node(global, [x]);
        }

        if (input.Concat(output).All(static size => size.IsFixed)
            && input.Zip(output).All(static pair => pair.First.Value % pair.Second.Value == 0))
        {
            long[] kernel = [.. input.Zip(output, static (size, windows) => size.Value / windows.Value)];
            return call.Node(windowed, [x], ("kernel_shape", kernel), ("strides", kernel));
        }
        for (int i = 0; i < axes; i++)
        {
            // An axis without a number keeps its size.
            if (input[i] == output[i])
            {
                continue;
            }

            x = input[i].IsFixed && output[i].IsFixed
                ? UnevenWindows(call, x, windowed, 2 + i, axes + 2, input[i].Value, output[i].Value)
                : ComputedWindows(call, x, windowed, 2 + i, axes + 2, input[i], output[i]);
        }
        return x;
    });

    // The windows of a size that is known at run time alone, as a matrix (n, m) that holds where each begins and ends.
    private static string ComputedWindows(
        OperatorCall call, string x, string windowed, int axis, int rank, TracedSize input, TracedSize output)
    {
        var type = call.OutputType();
        string n = call.SizeVector(input), m = call.SizeVector(output), one = call.Graph.Ints(1),
        zero = call.Graph.Scalar(0L);
        // (m)
        string windows = call.Node("Range", [zero, call.SizeScalar(output), call.Graph.Scalar(1L)]);
        string starts = call.Node("Div", [call.Node("Mul", [windows, n]), m]);
        string ends = call.Node("Mul", [call.Node("Add", [windows, one]), n]);
        // ⌈(o+1)·n/m⌉
        ends = call.Node("Div", [call.Node("Sub", [call.Node("Add", [ends, m]), one]), m]);
        string places = call.Node("Range", [zero, call.SizeScalar(input), call.Graph.Scalar(1L)]);
        // (n, 1)
        places = call.Node("Unsqueeze", [places, one]);
        string inside = call.Node("And",
            // (n, m)
            [call.Node("GreaterOrEqual", [places, starts]), call.Node("Less", [places, ends])]);
        if (windowed == "MaxPool")
        {
            long[] behind = [.. Enumerable.Range(1, rank - axis - 1).Select(static i => (long)i + 1)];
            if (behind.Length > 0)
            {
                inside = call.Node("Unsqueeze", [inside, call.Graph.Ints(behind)]);
            }

            string spread = call.Node("Unsqueeze", [x, call.Graph.Ints(axis + 1)]);
            string kept = call.Node("Where", [inside, spread, call.Scalar(double.NegativeInfinity, type)]);
            return ReductionLowerings.Reduce(call, "ReduceMax", kept, [axis], keep: false);
        }
        string lengths = call.Cast(call.Node("Sub", [ends, starts]), DataType.Int64, type);
        string means = call.Node("Div", [call.Cast(inside, DataType.Bool, type), lengths]);
        return Means(call, x, means, axis, rank);
    }

    private static string Means(OperatorCall call, string x, string matrix, int axis, int rank)
    {
        string axes = "abcde"[..rank], pooled = axes.Replace(axes[axis], 'z');
        return call.Node("Einsum", [x, matrix], ("equation", $"{axes},{axes[axis]}z->{pooled}"));
    }

    // Window o covers ⌊o·n/m⌋ to before ⌈(o+1)·n/m⌉: means are a product by a constant matrix, maxima those of gathered
    // windows.
    private static string UnevenWindows(
        OperatorCall call, string x, string windowed, int axis, int rank, long n, long m)
    {
        if (n == m)
        {
            return x;
        }

        var windows = Enumerable.Range(0, (int)m).Select(o => (Start: o * n / m, End: ((o + 1) * n + m - 1) / m))
            .ToArray();
        if (windowed == "MaxPool")
        {
            long length = windows.Max(static w => w.End - w.Start);
            long[] picks = [
                .. windows.SelectMany(
                    w => Enumerable.Range(0, (int)length).Select(i => Math.Min(w.Start + i, w.End - 1)))];
            string gathered = call.Node("Gather", [x, call.Graph.Constant<long>(picks, m, length)], ("axis", axis));
            return ReductionLowerings.Reduce(call, "ReduceMax", gathered, [axis + 1], keep: false);
        }
        float[] means = new float[n * m];
        for (int o = 0; o < m; o++)
        {
            for (long i = windows[o].Start; i < windows[o].End; i++)
            {
                means[i * m + o] = 1f / (windows[o].End - windows[o].Start);
            }
        }
        var type = call.OutputType();
        return Means(call, x, call.Cast(call.Graph.Constant<float>(means, n, m), DataType.Float, type), axis, rank);
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
