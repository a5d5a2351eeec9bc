using MaaS.Onnx;
using MaaS.Training.Tracing;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>Padding, resizing and rearranging of images.</summary>
internal static class ImageLowerings
{
    // at::padding_mode.
    private static readonly string[] PadModes = ["reflect", "replicate", "circular", "constant"];

    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::pad"] = call => Pad(call, call.Text("mode")),
        ["aten::_pad_enum"] = call => Pad(call, PadModes[call.Int("mode")]),
        ["aten::constant_pad_nd"] = call => Pad(call, "constant"),
        ["aten::reflection_pad1d"] = call => Pad(call, "reflect"),
        ["aten::reflection_pad2d"] = call => Pad(call, "reflect"),
        ["aten::reflection_pad3d"] = call => Pad(call, "reflect"),
        ["aten::replication_pad1d"] = call => Pad(call, "replicate"),
        ["aten::replication_pad2d"] = call => Pad(call, "replicate"),
        ["aten::replication_pad3d"] = call => Pad(call, "replicate"),
        ["aten::upsample_nearest1d"] = Resize("nearest", "asymmetric", "floor"),
        ["aten::upsample_nearest2d"] = Resize("nearest", "asymmetric", "floor"),
        ["aten::upsample_nearest3d"] = Resize("nearest", "asymmetric", "floor"),
        ["aten::_upsample_nearest_exact1d"] = Resize("nearest", "half_pixel", "round_prefer_ceil"),
        ["aten::_upsample_nearest_exact2d"] = Resize("nearest", "half_pixel", "round_prefer_ceil"),
        ["aten::upsample_linear1d"] = Resize("linear", "half_pixel", ""),
        ["aten::upsample_bilinear2d"] = Resize("linear", "half_pixel", ""),
        ["aten::upsample_trilinear3d"] = Resize("linear", "half_pixel", ""),
        ["aten::upsample_bicubic2d"] = Resize("cubic", "half_pixel", ""),
        ["aten::pixel_shuffle"] = PixelShuffle,
        ["aten::pixel_unshuffle"] = PixelUnshuffle,
        ["aten::channel_shuffle"] = ChannelShuffle,
        ["aten::grid_sampler"] = GridSample,
        ["aten::grid_sampler_2d"] = GridSample,
    };

    // torch lists (begin, end) from the last axis backwards, ONNX all begins and then all ends.
    private static void Pad(OperatorCall call, string mode)
    {
        var x = call.Tensor("self");
        var pad = call.Sizes(call.Has("pad") ? "pad" : "padding");
        if (mode == "circular")
        {
            call.Return(Circular(call, x, pad));
            return;
        }
        var begins = Enumerable.Repeat((TracedSize)0, x.Rank).ToArray();
        var ends = Enumerable.Repeat((TracedSize)0, x.Rank).ToArray();
        for (int i = 0; i < pad.Length / 2; i++)
        {
            (begins[^(i + 1)], ends[^(i + 1)]) = (pad[2 * i], pad[2 * i + 1]);
        }

        string sizes = call.SizeVector([.. begins, .. ends]);
        call.Return(mode is "constant" or ""
            ? call.Node("Pad", [x.Name, sizes, call.Has("value") ? call.Operand("value", x.Type) : ""])
            : call.Node("Pad", [x.Name, sizes], ("mode", mode == "reflect" ? "reflect" : "edge")));
    }

    // The end wraps to the begin and the other way round, one axis after the other.
    private static string Circular(OperatorCall call, TracedTensor x, TracedSize[] pad)
    {
        string value = x.Name;
        for (int i = 0; i < pad.Length / 2; i++)
        {
            int axis = x.Rank - 1 - i;
            var parts = new List<string>();
            if (!pad[2 * i].Is(0))
            {
                parts.Add(call.Slice(value, axis, pad[2 * i].Map(static p => -p), long.MaxValue));
            }

            parts.Add(value);
            if (!pad[2 * i + 1].Is(0))
            {
                parts.Add(call.Slice(value, axis, 0, pad[2 * i + 1]));
            }

            if (parts.Count > 1)
            {
                value = call.Node("Concat", parts.ToArray(), ("axis", axis));
            }
        }
        return value;
    }

    private static OperatorLowering Resize(string mode, string coordinates, string nearest) => call =>
    {
        var x = call.Tensor(call.Has("input") ? "input" : "self");
        bool corners = call.Flag("align_corners");
        var attributes = new List<(string, AttributeValue)>
        {
            ("mode", mode), ("coordinate_transformation_mode", corners ? "align_corners" : coordinates),
        };
        if (nearest.Length > 0)
        {
            attributes.Add(("nearest_mode", nearest));
        }

        if (mode == "cubic")
        {
            attributes.Add(("cubic_coeff_a", -0.75f));
        }

        if (mode == "nearest" && GivenFactors(call, x.Rank) is null && WholeFactors(x, call.OutputShape()) is null
            && !x.Shape.Concat(call.OutputShape()).Skip(2).All(static size => size.IsFixed))
        {
            call.Return(Picked(call, x, coordinates == "half_pixel"));
            return;
        }
        // Factors keep every axis dynamic; without them the sizes must be named.
        float[]? factors = GivenFactors(call, x.Rank) ?? (corners ? null : WholeFactors(x, call.OutputShape()));
        call.Return(factors is not null
            ? call.Node(
                "Resize", [x.Name, "", call.Graph.Constant<float>(factors, factors.Length)], attributes.ToArray())
            : call.Node("Resize", [x.Name, "", "", call.SizeVector(call.OutputShape())], attributes.ToArray()));
    };

    // Resize divides by out/in, torch multiplies by in/out: where the place is a whole number, rounding would take the
    // one before it at some sizes. The places are computed as torch does, in float32.
    private static string Picked(OperatorCall call, TracedTensor x, bool centres)
    {
        string value = x.Name;
        for (int axis = 2; axis < x.Rank; axis++)
        {
            var (from, to) = (x.Shape[axis], call.OutputShape()[axis]);
            if (from == to)
            {
                continue;
            }

            string input = call.SizeScalar(from), output = call.SizeScalar(to);
            string scale = call.Node("Div",
                [call.Cast(input, DataType.Int64, DataType.Float), call.Cast(output, DataType.Int64, DataType.Float)]);
            string places = call.Node("Range", [call.Graph.Scalar(0L), output, call.Graph.Scalar(1L)]);
            places = call.Cast(places, DataType.Int64, DataType.Float);
            if (centres)
            {
                places = call.Node("Add", [places, call.Graph.Scalar(0.5f)]);
            }

            places = call.Cast(call.Node("Floor", [call.Node("Mul", [places, scale])]), DataType.Float, DataType.Int64);
            places = call.Node("Min", [places, call.Node("Sub", [input, call.Graph.Scalar(1L)])]);
            value = call.Node("Gather", [value, places], ("axis", axis));
        }
        return value;
    }

    private static readonly string[] FactorArguments = ["scale_factors", "scales", "scales_d", "scales_h", "scales_w"];

    // As a list, or one number an axis beside the sizes that libtorch made of them.
    private static float[]? GivenFactors(OperatorCall call, int rank)
    {
        double[] factors = [.. FactorArguments.SelectMany(name => call.FixedReals(name) ?? [])];
        return factors.Length == rank - 2 ? [1, 1, .. factors.Select(static factor => (float)factor)] : null;
    }

    private static float[]? WholeFactors(TracedTensor x, IReadOnlyList<TracedSize> output)
    {
        float[] factors = new float[x.Rank];
        for (int axis = 0; axis < x.Rank; axis++)
        {
            var remainder = TracedSize.Map(output[axis], x.Shape[axis], static (o, i) => o % i);
            var factor = TracedSize.Map(output[axis], x.Shape[axis], static (o, i) => o / i);
            if (!remainder.Is(0) || !factor.IsFixed)
            {
                return null;
            }

            factors[axis] = factor.Value;
        }
        return factors;
    }

    private static void PixelShuffle(OperatorCall call) => call.Return(call.Node(
        "DepthToSpace", [call.Tensor("self").Name], ("blocksize", call.Int("upscale_factor")), ("mode", "CRD")));

    // (N, C, H·r, W·r) → (N, C, H, r, W, r) → (N, C, r, r, H, W) → (N, C·r², H, W)
    private static void PixelUnshuffle(OperatorCall call)
    {
        var x = call.Tensor("self");
        long r = call.Int("downscale_factor");
        var output = call.OutputShape();
        TracedSize[] blocks = [x.Shape[0], x.Shape[1], output[2], r, output[3], r];
        string value = call.Reshape(x.Name, x.Shape, blocks);
        value = call.Node("Transpose", [value], ("perm", new long[] { 0, 1, 3, 5, 2, 4 }));
        call.Return(call.Reshape(value, [x.Shape[0], x.Shape[1], r, r, output[2], output[3]], output));
    }

    private static void ChannelShuffle(OperatorCall call)
    {
        var x = call.Tensor("self");
        long groups = call.Int("groups");
        TracedSize[] split = [x.Shape[0], groups, x.Shape[1].Value / groups, .. x.Shape.Skip(2)];
        long[] swap = [0, 2, 1, .. Enumerable.Range(3, x.Rank - 2).Select(static i => (long)i)];
        string value = call.Node("Transpose", [call.Reshape(x.Name, x.Shape, split)], ("perm", swap));
        call.Return(call.Reshape(value, [split[0], split[2], split[1], .. split.Skip(3)], x.Shape));
    }

    private static void GridSample(OperatorCall call)
    {
        if (call.Tensor("input").Rank != 4)
        {
            throw call.Unsupported("sampling of volumes (N, C, D, H, W) has no form before opset 20");
        }

        string mode = call.Int("interpolation_mode") switch { 0 => "bilinear", 1 => "nearest", _ => "bicubic" };
        string padding = call.Int("padding_mode") switch { 0 => "zeros", 1 => "border", _ => "reflection" };
        call.Return(call.Node("GridSample", [call.Tensor("input").Name, call.Tensor("grid").Name],
            ("mode", mode), ("padding_mode", padding), ("align_corners", call.Flag("align_corners"))));
    }
}
