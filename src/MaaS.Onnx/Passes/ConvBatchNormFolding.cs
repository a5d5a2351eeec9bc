using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Passes;

/// <summary>Multiplies a batch norm in evaluation mode into the weights of the convolution or linear layer before it:
/// w' = w · γ / √(σ² + ε), b' = (b − μ) · γ / √(σ² + ε) + β. The weights keep their names.</summary>
public sealed class ConvBatchNormFolding : IGraphPass
{
    /// <inheritdoc/>
    public string Name => "conv-batch-norm-folding";

    /// <inheritdoc/>
    public bool Run(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = model.Graph;
        var index = new GraphIndex(graph);
        var removed = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var norm in graph.Node.Where(static node => node.OpType == "BatchNormalization" && node.IsStandard()))
        {
            if (index.Producer(norm.Input[0]) is not { } layer || !index.HasSingleUse(norm.Input[0]))
            {
                continue;
            }

            if (!Fold(graph, index, layer, norm))
            {
                continue;
            }
            // The layer makes the norm's value, which may be an output of the graph.
            layer.Output[0] = norm.Output[0];
            removed.Add(norm);
        }
        graph.RemoveNodes(removed);
        return removed.Count > 0;
    }

    private static bool Fold(GraphProto graph, GraphIndex index, NodeProto layer, NodeProto norm)
    {
        if (ChannelAxis(layer) is not { } axis || norm.Int("training_mode") != 0 || norm.Output.Count > 1)
        {
            return false;
        }

        var weight = index.Initializer(layer.Input[1]);
        var bias = index.Initializer(layer.InputOrEmpty(2));
        var parameters = norm.Input.Skip(1).Select(index.Initializer).ToArray();
        if (weight is null || weight.Type() != DataType.Float || parameters.Any(static p => p?.Type() != DataType.Float)
            || (layer.InputOrEmpty(2).Length > 0 && (bias is null || bias.Dims.Count != 1))
            || index.Consumers(weight.Name).Count > 1 || (bias is not null && index.Consumers(bias.Name).Count > 1))
        {
            return false;
        }
        float[] gamma = parameters[0]!.ToArray<float>(), beta = parameters[1]!.ToArray<float>();
        float[] mean = parameters[2]!.ToArray<float>(), variance = parameters[3]!.ToArray<float>();
        double epsilon = norm.Float("epsilon", 1e-5f);
        double[] scale = [.. gamma.Zip(variance, (g, v) => g / Math.Sqrt(v + epsilon))];
        // A grouped transposed convolution keeps only its group's share of the channels in its weight.
        if (weight.Dims[axis] != scale.Length)
        {
            return false;
        }

        float[] values = weight.ToArray<float>();
        long inner = weight.Dims.Skip(axis + 1).Aggregate(1L, static (a, b) => a * b);
        for (long i = 0; i < values.LongLength; i++)
        {
            values[i] = (float)(values[i] * scale[i / inner % scale.Length]);
        }

        float[] old = bias?.ToArray<float>() ?? new float[scale.Length];
        if (old.Length != scale.Length)
        {
            return false;
        }

        float[] shift = [.. old.Select((b, c) => (float)((b - mean[c]) * scale[c] + beta[c]))];

        weight.RawData = OnnxTensor.Create<float>("", values, [.. weight.Dims]).RawData;
        weight.FloatData.Clear();
        var tensor = OnnxTensor.Create<float>(bias?.Name ?? BiasName(graph, weight.Name), shift, shift.Length);
        if (bias is not null)
        {
            graph.Initializer.Remove(bias);
        }

        graph.Initializer.Add(tensor);
        if (layer.Input.Count > 2)
        {
            layer.Input[2] = tensor.Name;
        }
        else
        {
            layer.Input.Add(tensor.Name);
        }

        return true;
    }

    private static int? ChannelAxis(NodeProto layer) => layer.OpType switch
    {
        "Conv" => 0,
        "ConvTranspose" when layer.Int("group", 1) == 1 => 1,
        "Gemm" when layer.Float("alpha", 1) == 1 && layer.Float("beta", 1) == 1 => layer.Int("transB") != 0 ? 0 : 1,
        _ => null,
    };

    // "conv.weight" gets "conv.bias", as the layer would have named it.
    private static string BiasName(GraphProto graph, string weight)
    {
        string name = weight.EndsWith("weight", StringComparison.Ordinal) ? $"{weight[..^6]}bias" : $"{weight}.bias";
        var taken = graph.Initializer.Select(static tensor => tensor.Name)
            .Concat(graph.Input.Select(static input => input.Name))
            .Concat(graph.Node.SelectMany(static node => node.Output)).ToHashSet();
        while (taken.Contains(name))
        {
            name += "_folded";
        }

        return name;
    }
}
