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

    // One output element is a global pool at any size; otherwise the input must divide into equal windows.
    private static OperatorLowering Adaptive(string windowed, string global, int axes) => call => Emit(call, axes, x =>
    {
        var input = call.Tensor("self").Shape.TakeLast(axes).ToArray();
        long[] output = ConvolutionLowerings.Spread(call.Ints("output_size"), axes, 1);
        if (output.All(static size => size == 1)) return call.Node(global, [x]);
        var windows = input.Zip(output).ToArray();
        if (windows.Any(static pair => !pair.First.IsFixed || pair.First.Value % pair.Second != 0))
        {
            throw call.Unsupported(
                $"adaptive pooling from ({string.Join(", ", input)}) to ({string.Join(", ", output)}): "
                + "ONNX needs fixed sizes that divide evenly, or an output of 1");
        }
        long[] kernel = [.. windows.Select(static pair => pair.First.Value / pair.Second)];
        return call.Node(windowed, [x], ("kernel_shape", kernel), ("strides", kernel));
    });

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
