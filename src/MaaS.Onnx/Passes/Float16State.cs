using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Passes;

/// <summary>Keeps what a graph takes in, appends to and gives back, such as a decoder's keys and values, in float16:
/// half the memory between two runs. Everything else computes in float32 as before, on the rounded values.</summary>
/// <param name="states">The output that gives an input back, by the input's name.</param>
public sealed class Float16State(IReadOnlyDictionary<string, string> states) : IGraphPass
{
    /// <inheritdoc/>
    public string Name => "float16-state";

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">A float32 input is read by something else than one Concat and operators
    /// that ask for its shape, or the Concat's result is not the output; the model may have been changed by
    /// then.</exception>
    public bool Run(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = model.Graph;
        var index = new GraphIndex(graph);
        var around = new Dictionary<NodeProto, List<NodeProto>>(ReferenceEqualityComparer.Instance);
        var floats = new Dictionary<string, string>();
        foreach (var input in graph.Input.Where(
            i => states.ContainsKey(i.Name) && i.ElementType() == DataType.Float))
        {
            var output = graph.Output.FirstOrDefault(o => o.Name == states[input.Name]);
            var append = output is null ? null : index.Producer(output.Name);
            if (append is not { OpType: "Concat" } || !append.Input.Contains(input.Name)
                || index.Consumers(input.Name).Any(c => c != append && c.OpType != "Shape"))
            {
                throw new NotSupportedException(
                    $"float16 state: expected a Concat that appends to {input.Name} and makes {states[input.Name]}, "
                        + $"and "
                        + $"nothing else that reads the former, got [{string.Join(
                            ", ", index.Consumers(input.Name).Select(static c => c.Describe()))}].");
            }

            List<NodeProto> nodes = [];
            for (var i = 0; i < append.Input.Count; i++)
            {
                if (append.Input[i] != input.Name)
                {
                    var half = $"{output!.Name}.appended{i}";
                    nodes.Add(CastNode.Create(append.Input[i], half, DataType.Float16));
                    append.Input[i] = half;
                }
            }

            floats[output!.Name] = $"{output.Name}.float";
            around[append] = [.. nodes, append, CastNode.Create(output.Name, floats[output.Name], DataType.Float)];
            input.Type.TensorType.ElemType = output.Type.TensorType.ElemType = (int)DataType.Float16;
        }

        if (around.Count == 0)
        {
            return false;
        }

        // The new nodes come afterwards: they read the states themselves.
        graph.ReplaceUses(floats);
        var all = graph.Node.SelectMany(n => around.TryGetValue(n, out var own) ? own : [n]).ToList();
        graph.Node.Clear();
        graph.Node.Add(all);
        return true;
    }
}
