using MaaS.Onnx;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>Unfold and fold of images: convolutions whose kernels pick one element of the window each.</summary>
internal static class SlidingWindowLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::im2col"] = Unfold,
        ["aten::col2im"] = Fold,
    };

    // (N, C, H, W) → Conv → (N, C·kh·kw, windows)
    private static void Unfold(OperatorCall call)
    {
        var x = Image(call, 4);
        long[] kernel = call.Ints("kernel_size");
        long channels = x.Shape[1].Value;
        string windows = call.Node(
            "Conv", [x.Name, Picks(call, channels, kernel, x.Type)], Attributes(call, channels, kernel));
        call.Return(call.Node("Reshape", [windows, call.Graph.Ints(0, channels * kernel[0] * kernel[1], -1)]));
    }

    // (N, C·kh·kw, windows) → ConvTranspose → (N, C, H, W), summed where windows overlap
    private static void Fold(OperatorCall call)
    {
        var x = Image(call, 3);
        long[] kernel = call.Ints("kernel_size"), size = call.Ints("output_size");
        long[] dilation = call.Ints("dilation"), padding = call.Ints("padding"), stride = call.Ints("stride");
        long columns = x.Shape[1].Value, channels = columns / (kernel[0] * kernel[1]);
        long[] free = [.. size.Select((s, i) => s + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1)];
        string windows = call.Node("Reshape",
            [x.Name, call.Graph.Ints(0, columns, free[0] / stride[0] + 1, free[1] / stride[1] + 1)]);
        long[] rest = [free[0] % stride[0], free[1] % stride[1]];
        call.Return(call.Node("ConvTranspose", [windows, Picks(call, channels, kernel, x.Type)],
            [.. Attributes(call, channels, kernel), ("output_padding", rest)]));
    }

    private static TracedTensor Image(OperatorCall call, int rank)
    {
        var x = call.Tensor("self");
        if (x.Rank != rank)
        {
            throw call.Unsupported("one sample without its batch axis; add one with unsqueeze");
        }

        return x.Shape[1].IsFixed ? x : throw call.Unsupported("the number of channels moves with the dynamic axes");
    }

    // (C·kh·kw, 1, kh, kw): kernel t of a channel is 1 at its element t.
    private static string Picks(OperatorCall call, long channels, long[] kernel, DataType type)
    {
        long area = kernel[0] * kernel[1];
        float[] values = new float[channels * area * area];
        for (long i = 0; i < channels * area; i++)
        {
            values[i * area + i % area] = 1;
        }

        return call.Cast(
            call.Graph.Constant<float>(values, channels * area, 1, kernel[0], kernel[1]), DataType.Float, type);
    }

    private static (string, AttributeValue)[] Attributes(OperatorCall call, long channels, long[] kernel) =>
    [
        ("dilations", call.Ints("dilation")), ("group", channels), ("kernel_shape", kernel),
        ("pads", ConvolutionLowerings.Both(call.Ints("padding"))), ("strides", call.Ints("stride")),
    ];
}
