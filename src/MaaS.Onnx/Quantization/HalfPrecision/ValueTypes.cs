using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Graphs;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.HalfPrecision;

/// <summary>The element types of all values of a graph, as ONNX Runtime infers them.</summary>
internal static class ValueTypes
{
    /// <summary>Names of the values that are float32 tensors.</summary>
    /// <exception cref="InferenceException">ONNX Runtime refuses the model, or a value is no tensor.</exception>
    public static HashSet<string> Floats(OnnxModel model)
    {
        var exposed = model.Clone();
        exposed.Graph.ValueInfo.Clear();
        var known = exposed.Graph.Output.Select(static output => output.Name).ToHashSet();
        foreach (string value in model.Graph.Node.SelectMany(static node => node.Output)
            .Where(static value => value.Length > 0))
        {
            if (known.Add(value))
            {
                exposed.Graph.Output.Add(new ValueInfoProto { Name = value });
            }
        }
        using var session = new ModelSession(exposed, new InferenceOptions { OptimizeGraph = false });
        return
        [
            .. session.Model.Outputs.Concat(session.Model.Inputs)
                .Where(static spec => spec.Type == ElementType.Float32).Select(static spec => spec.Name),
            .. model.Graph.Initializer.Where(static tensor => tensor.Type() == TensorProto.Types.DataType.Float)
                .Select(static tensor => tensor.Name),
        ];
    }
}
