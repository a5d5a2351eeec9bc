using MaaS.Onnx;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Core.Generation;

/// <summary>Gives a decoder an input <c>num_logits_to_keep</c> (scalar, int64), as some exporters do: logits of so many
/// last tokens are computed, 0 for all. Of a prompt only the last token's are of use, and over a large vocabulary they
/// cost as much as several layers.</summary>
public static class LogitsToKeep
{
    /// <summary>Name of the input.</summary>
    public const string InputName = "num_logits_to_keep";

    // What may stand between the product with the vocabulary's vectors and the output, each token by itself.
    private static readonly HashSet<string> Elementwise = ["Add", "Mul", "Div", "Cast", "Identity", "Tanh"];

    /// <summary>Adds the input.</summary>
    /// <param name="model">Changed in place.</param>
    /// <returns>Whether it has the input now; a graph whose logits come about in another way stays as it was.</returns>
    public static bool Add(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Inputs.Any(static i => i.Name == InputName))
        {
            return true;
        }

        var graph = new GraphIndex(model.Graph);
        if (Product(graph) is not { } product)
        {
            return false;
        }

        var taken = model.Graph.AllNames().ToHashSet();
        string Name(string hint)
        {
            var name = $"{InputName}/{hint}";
            while (!taken.Add(name))
            {
                name += "_";
            }

            return name;
        }

        TensorProto Constant(string hint, long value) => new()
        {
            Name = Name(hint),
            DataType = (int)DataType.Int64,
            Dims = { 1 },
            Int64Data = { value },
        };

        TensorProto[] constants = [
            Constant("one", 1), Constant("axis", 1), Constant("end", long.MaxValue)];
        var (vector, start, kept) = (Name("vector"), Name("start"), Name("kept"));
        NodeProto Node(string type, string output, params ReadOnlySpan<string> inputs)
        {
            var node = new NodeProto { OpType = type, Name = output };
            foreach (var input in inputs)
            {
                node.Input.Add(input);
            }

            node.Output.Add(output);
            return node;
        }

        var place = model.Graph.Node.IndexOf(product);
        model.Graph.Node.Insert(
            place, Node("Slice", kept, product.Input[0], start, constants[2].Name, constants[1].Name));
        model.Graph.Node.Insert(place, Node("Neg", start, vector));
        model.Graph.Node.Insert(place, Node("Reshape", vector, InputName, constants[0].Name));
        product.Input[0] = kept;
        model.Graph.Initializer.Add(constants);
        model.Graph.Input.Add(OnnxDimension.ValueInfo(InputName, DataType.Int64, []));
        if (model.Graph.Output.Single(static o => o.Name == OnnxDecoder.Logits).Type.TensorType.Shape is { } shape)
        {
            shape.Dim[1].DimParam = "kept";
        }

        return true;
    }

    // The product of the last layer's output (B, T, C) with weights (C, V), which alone gives logits (B, T, V).
    private static NodeProto? Product(GraphIndex graph)
    {
        var value = OnnxDecoder.Logits;
        while (graph.Producer(value) is { } node)
        {
            if (node.OpType is "MatMul" or "MatMulNBits")
            {
                return node.OpType == "MatMulNBits" || graph.Initializer(node.Input[1]) is { Dims.Count: 2 }
                    ? node : null;
            }

            var inputs = node.Input.Where(i => graph.Initializer(i) is null).ToArray();
            if (!Elementwise.Contains(node.OpType) || inputs.Length != 1
                || node.Input.Any(i => graph.Initializer(i) is { Dims.Count: > 1 }))
            {
                return null;
            }

            value = inputs[0];
            if (!graph.HasSingleUse(value))
            {
                return null;
            }
        }

        return null;
    }
}
