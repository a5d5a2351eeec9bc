using MaaS.Onnx;
using MaaS.Onnx.Schema;

namespace MaaS.Training.Checkpoints;

/// <summary>The names that the weights of a residual network have in common checkpoints, by their place in an ONNX
/// graph whose exporter kept none.</summary>
/// <remarks>A stem of one convolution; then each addition closes a block: the branch of two convolutions is its body,
/// one of a single convolution its shortcut, which opens a new stage.</remarks>
internal static class ResidualGraph
{
    private static readonly string[] NormInputs = ["weight", "bias", "running_mean", "running_var"];

    /// <summary>Names by initializer; empty where the graph is none of a residual network of basic blocks.</summary>
    public static IReadOnlyDictionary<string, string> Names(GraphProto graph)
    {
        var makers = graph.Node.SelectMany(static n => n.Output.Select(o => (o, n)))
            .ToDictionary(static p => p.o, static p => p.n, StringComparer.Ordinal);
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        var stem = graph.Node.FirstOrDefault(static n => n.OpType == "Conv");
        var blocks = graph.Node.Where(static n => n.OpType == "Add").ToArray();
        if (stem is null || blocks.Length == 0)
        {
            return names;
        }

        var norm = graph.Node.FirstOrDefault(n => n.OpType == "BatchNormalization" && n.Input[0] == stem.Output[0]);
        Put(names, "conv1", "bn1", stem, norm);
        var (stage, block) = (1, 0);
        foreach (var addition in blocks)
        {
            var branches = addition.Input.Select(i => Branch(i, makers)).ToArray();
            var body = Array.Find(branches, static b => b.Count == 2);
            if (body is null || branches.Any(static b => b.Count > 2))
            {
                return new Dictionary<string, string>();
            }

            var shortcut = Array.Find(branches, static b => b.Count == 1);
            (stage, block) = shortcut is not null && block > 0 ? (stage + 1, 0) : (stage, block);
            var prefix = $"layer{stage}.{block++}";
            Put(names, $"{prefix}.conv1", $"{prefix}.bn1", body[1].Conv, body[1].Norm);
            Put(names, $"{prefix}.conv2", $"{prefix}.bn2", body[0].Conv, body[0].Norm);
            if (shortcut is [var (conv, shortcutNorm)])
            {
                Put(names, $"{prefix}.downsample.0", $"{prefix}.downsample.1", conv, shortcutNorm);
            }
        }

        return names;
    }

    // Convolutions with their batch norms, the last first, up to where the block begins.
    private static List<(NodeProto Conv, NodeProto Norm)> Branch(string value, Dictionary<string, NodeProto> makers)
    {
        List<(NodeProto, NodeProto)> found = [];
        while (makers.TryGetValue(value, out var norm) && norm.OpType == "BatchNormalization"
            && makers.TryGetValue(norm.Input[0], out var conv) && conv.OpType == "Conv")
        {
            found.Add((conv, norm));
            value = conv.Input[0];
            if (found.Count == 2 || !makers.TryGetValue(value, out var relu) || relu.OpType != "Relu")
            {
                break;
            }

            // Behind the activation stands the first convolution of the body, or the block before.
            value = makers.TryGetValue(relu.Input[0], out var before) && before.OpType == "BatchNormalization"
                ? relu.Input[0] : "";
        }

        return found;
    }

    private static void Put(
        Dictionary<string, string> names, string convolution, string norm, NodeProto conv, NodeProto? normNode)
    {
        names[conv.Input[1]] = $"{convolution}.weight";
        for (var i = 0; i < NormInputs.Length && normNode is not null; i++)
        {
            names[normNode.Input[i + 1]] = $"{norm}.{NormInputs[i]}";
        }
    }
}
