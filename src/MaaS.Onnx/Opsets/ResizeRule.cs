using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Opsets;

/// <summary>Opset 11 gives Resize a region, sizes and a choice of coordinates; opset 10 scales from the
/// corner.</summary>
internal sealed class ResizeRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["Resize"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        if (writer.Opset < 11)
        {
            string rounding = node.String("mode", "nearest") == "nearest" ? Rounding(node, writer) : "floor";
            Rewrite(node, node.Input[1], rounding);
        }
        else if (node.Input.Count > 1 && node.Input[1].Length > 0
            && writer.Constant(node.Input[1]) is { } roi && roi.ElementCount() == 0)
        {
            node.Input[1] = "";   // Opset 11 cannot leave the region out, and exporters give an empty one.
        }
        writer.Keep(node);
    }

    /// <summary>Makes a node a Resize of opset 13 that scales from the corner.</summary>
    public static void Rewrite(NodeProto node, string scales, string rounding)
    {
        node.Input[1] = "";
        node.Input.Add(scales);
        node.SetAttribute("coordinate_transformation_mode", "asymmetric");
        if (node.String("mode", "nearest") == "nearest")
        {
            node.SetAttribute("nearest_mode", rounding);
        }
    }

    // ONNX Runtime takes the next position where an axis gets smaller and the previous one elsewhere (the example
    // resize_downsample_nearest of the specification needs it), which one node of opset 11 cannot say of several axes.
    private static string Rounding(NodeProto node, OpsetWriter writer)
    {
        if (writer.Constant(node.Input[1]) is not { } scales || scales.Type() != DataType.Float)
        {
            throw writer.Refused(
                node, "expected constant scales, which decide how positions are rounded, got computed ones");
        }
        float[] values = scales.ToArray<float>();
        if (values.Any(static s => s < 1) && values.Any(static s => s > 1))
        {
            throw writer.Refused(
                node, $"expected axes that all grow or all shrink, got scales ({string.Join(", ", values)})");
        }
        return values.Any(static s => s < 1) ? "ceil" : "floor";
    }
}
