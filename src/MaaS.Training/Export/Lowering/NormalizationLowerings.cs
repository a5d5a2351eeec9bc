using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>Normalisation layers.</summary>
internal static class NormalizationLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::batch_norm"] = BatchNorm,
        ["aten::native_batch_norm"] = BatchNorm,
        ["aten::_batch_norm_impl_index"] = BatchNorm,
        ["aten::layer_norm"] = LayerNorm,
        ["aten::native_layer_norm"] = LayerNorm,
        ["aten::instance_norm"] = InstanceNorm,
        ["aten::group_norm"] = GroupNorm,
        ["aten::native_group_norm"] = GroupNorm,
        ["aten::rms_norm"] = RmsNorm,
    };

    // (N, C, …): scale and shift by the running statistics of each channel.
    private static void BatchNorm(OperatorCall call)
    {
        var x = call.Tensor("input");
        if (call.Flag("training") || !call.Has("running_mean"))
        {
            throw call.Unsupported(
                "batch norm uses the statistics of the batch; export needs evaluation mode with "
                    + "track_running_stats=true");
        }
        call.Return(call.Node(
            "BatchNormalization",
            [x.Name, PerChannel(call, x, "weight", 1), PerChannel(call, x, "bias", 0),
                call.Tensor("running_mean").Name, call.Tensor("running_var").Name],
            ("epsilon", (float)call.Real("eps"))));
    }

    // ONNX's LayerNormalization needs a scale; torch's weight may be left out.
    private static void LayerNorm(OperatorCall call)
    {
        var x = call.Tensor("input");
        long[] shape = call.Ints("normalized_shape");
        string weight = call.Has("weight") ? call.Tensor("weight").Name : Filled(call, shape, 1, x.Type);
        call.Return(call.Node(
            "LayerNormalization", [x.Name, weight, call.NameOrEmpty("bias")],
            ("axis", -shape.Length), ("epsilon", (float)call.Real("eps", 1e-5))));
    }

    private static void InstanceNorm(OperatorCall call)
    {
        var x = call.Tensor("input");
        if (!call.Flag("use_input_stats"))
        {
            call.Return(call.Node(
                "BatchNormalization",
                [x.Name, PerChannel(call, x, "weight", 1), PerChannel(call, x, "bias", 0),
                    call.Tensor("running_mean").Name, call.Tensor("running_var").Name],
                ("epsilon", (float)call.Real("eps"))));
            return;
        }
        call.Return(call.Node(
            "InstanceNormalization", [x.Name, PerChannel(call, x, "weight", 1), PerChannel(call, x, "bias", 0)],
            ("epsilon", (float)call.Real("eps"))));
    }

    // Instance norm over (N, groups, rest), then the channels' own scale and shift.
    private static void GroupNorm(OperatorCall call)
    {
        var x = call.Tensor("input");
        long groups = call.Has("num_groups") ? call.Int("num_groups") : call.Int("group");
        string grouped = call.Node("Reshape", [x.Name, call.Graph.Ints(0, groups, -1)]);
        string normal = call.Node(
            "InstanceNormalization", [grouped, Filled(call, [groups], 1, x.Type), Filled(call, [groups], 0, x.Type)],
            ("epsilon", (float)call.Real("eps", 1e-5)));
        string result = call.ReshapeLike(normal, x);
        if (call.OptionalTensor("weight") is { } weight)
        {
            result = call.Node("Mul", [result, Column(call, weight.Name, x)]);
        }

        if (call.OptionalTensor("bias") is { } bias)
        {
            result = call.Node("Add", [result, Column(call, bias.Name, x)]);
        }

        call.Return(result);
    }

    private static void RmsNorm(OperatorCall call)
    {
        var x = call.Tensor("input");
        long[] axes = [.. Enumerable.Range(1, call.Ints("normalized_shape").Length).Select(static i => -(long)i)];
        double eps = call.Real("eps", x.Type == DataType.Double ? double.Epsilon : 1.1920929e-7);
        string mean = ReductionLowerings.Reduce(
            call, "ReduceMean", call.Node("Mul", [x.Name, x.Name]), axes, keep: true);
        string root = call.Node("Sqrt", [call.Node("Add", [mean, call.Scalar(eps, x.Type)])]);
        string result = call.Node("Div", [x.Name, root]);
        call.Return(call.OptionalTensor("weight") is { } weight ? call.Node("Mul", [result, weight.Name]) : result);
    }

    private static string PerChannel(OperatorCall call, TracedTensor x, string name, double missing) =>
        call.Has(name) ? call.Tensor(name).Name : Filled(call, [x.Shape[1].Value], missing, x.Type);

    private static string Filled(OperatorCall call, long[] shape, double value, DataType type)
    {
        float[] values = new float[shape.Aggregate(1L, static (a, b) => a * b)];
        Array.Fill(values, (float)value);
        return call.Cast(call.Graph.Constant<float>(values, shape), DataType.Float, type);
    }

    // (C) → (C, 1, …) so that it broadcasts over the axes after the channels.
    private static string Column(OperatorCall call, string value, TracedTensor x) => x.Rank <= 2
        ? value
        : call.Node(
            "Unsqueeze", [value, call.Graph.Ints([.. Enumerable.Range(1, x.Rank - 2).Select(static i => (long)i)])]);
}
