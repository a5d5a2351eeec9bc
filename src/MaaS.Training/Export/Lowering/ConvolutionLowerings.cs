using MaaS.Onnx;


namespace MaaS.Training.Export.Lowering;

/// <summary>Convolutions of 1 to 3 axes, plain and transposed.</summary>
internal static class ConvolutionLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::conv1d"] = Plain,
        ["aten::conv2d"] = Plain,
        ["aten::conv3d"] = Plain,
        ["aten::conv_transpose1d"] = Transposed,
        ["aten::conv_transpose2d"] = Transposed,
        ["aten::conv_transpose3d"] = Transposed,
        ["aten::convolution"] = Either,
        ["aten::_convolution"] = Either,
        ["aten::_convolution_mode"] = Plain,
        ["aten::thnn_conv2d"] = Plain,
        ["aten::mkldnn_convolution"] = Plain,
    };

    private static void Either(OperatorCall call)
    {
        if (call.Flag("transposed"))
        {
            Transposed(call);
        }
        else
        {
            Plain(call);
        }
    }

    private static void Plain(OperatorCall call) => Emit(call, (x, w) =>
    {
        int axes = w.Rank - 2;
        bool isMode = call.Overload == "padding" || call.Name.EndsWith("_mode", StringComparison.Ordinal);
        var dilations = Spread(call.Ints("dilation"), axes, 1);
        long[] pads = isMode ? ModePads(call, w, dilations) : Both(Spread(call.Ints("padding"), axes, 0));
        return call.Node("Conv", [x, w.Name, call.NameOrEmpty("bias")], Attributes(call, w, pads, dilations));
    });

    private static void Transposed(OperatorCall call) => Emit(call, (x, w) =>
    {
        int axes = w.Rank - 2;
        long[] pads = Both(Spread(call.Ints("padding"), axes, 0));
        var attributes = Attributes(call, w, pads, Spread(call.Ints("dilation"), axes, 1));
        long[] extra = Spread(call.Ints("output_padding"), axes, 0);
        if (extra.Any(static pad => pad != 0))
        {
            attributes = [.. attributes, ("output_padding", extra)];
        }

        return call.Node("ConvTranspose", [x, w.Name, call.NameOrEmpty("bias")], attributes);
    });

    // torch also takes one sample without its batch axis.
    private static void Emit(OperatorCall call, Func<string, TracedTensor, string> convolve)
    {
        var x = call.Tensor(call.Has("input") ? "input" : "self");
        var w = call.Tensor("weight");
        if (x.Rank == w.Rank)
        {
            call.Return(convolve(x.Name, w));
            return;
        }
        string batched = call.Node("Unsqueeze", [x.Name, call.Graph.Ints(0)]);
        call.Return(call.Node("Squeeze", [convolve(batched, w), call.Graph.Ints(0)]));
    }

    private static (string, AttributeValue)[] Attributes(
        OperatorCall call, TracedTensor w, long[] pads, long[] dilations)
    {
        int axes = w.Rank - 2;
        return
        [
            ("dilations", dilations),
            ("group", call.Int("groups", 1)),
            ("kernel_shape", w.Shape.Skip(2).Select(static size => size.Value).ToArray()),
            ("pads", pads),
            ("strides", Spread(call.Ints("stride"), axes, 1)),
        ];
    }

    // "same" pads the odd element at the end, as torch does.
    private static long[] ModePads(OperatorCall call, TracedTensor w, long[] dilations)
    {
        if (call.Text("padding") == "valid")
        {
            return new long[2 * dilations.Length];
        }

        long[] total = [.. dilations.Select((d, axis) => d * (w.Shape[axis + 2].Value - 1))];
        return [.. total.Select(static t => t / 2), .. total.Select(static t => t - t / 2)];
    }

    /// <summary>One number for all axes, or one for each.</summary>
    internal static long[] Spread(long[] values, int axes, long missing) => values.Length switch
    {
        0 => [.. Enumerable.Repeat(missing, axes)],
        1 => [.. Enumerable.Repeat(values[0], axes)],
        _ => values,
    };

    /// <summary>The same padding at the begin and the end of each axis, in ONNX's order.</summary>
    internal static long[] Both(long[] pads) => [.. pads, .. pads];
}
