using MaaS.Onnx.Passes;
using MaaS.Onnx.Quantization.Graphs;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Quantization.HalfPrecision;

/// <summary>16-bit copies of float32 models. Inputs and outputs stay float32, so callers need not change.</summary>
public static class HalfPrecisionConverter
{
    /// <summary>Weights in 16 bits, arithmetic in float32: half the bytes, runs wherever the float model
    /// runs.</summary>
    /// <param name="model">The float model, opset 7 or newer; not changed.</param>
    /// <param name="type">The type of the weights.</param>
    public static OnnxModel StoreWeights(OnnxModel model, HalfType type)
    {
        var prepared = GraphPreparation.Prepare(model);
        var writer = new GraphRewriter(prepared);
        // Scalars and short vectors (scales, shapes, epsilons) gain nothing.
        var weights = prepared.Graph.Initializer.Where(static t => t.Type() == DataType.Float && t.ElementCount() >= 64)
            .ToList();
        foreach (var tensor in weights)
        {
            var rounded = HalfTypes.Round(tensor, type);
            rounded.Name = $"{tensor.Name}_{type.ElementType().Label()}";
            string stored = writer.Initializer(rounded);
            writer.AddNode("Cast", "", $"{tensor.Name}_cast", [stored], [tensor.Name], ("to", (long)DataType.Float));
            prepared.Graph.Initializer.Remove(tensor);
        }
        foreach (var node in prepared.Graph.Node)
        {
            writer.Keep(node);
        }

        writer.Finish();
        return prepared;
    }

    /// <summary>Weights and arithmetic in 16 bits, for accelerators with such units.</summary>
    /// <param name="model">The float model, opset 7 or newer; not changed.</param>
    /// <param name="type">The type of weights and activations. ONNX Runtime's processor kernels take float16 only (and
    /// widen it); bfloat16 asks for an accelerator.</param>
    /// <param name="floatOperators">Operators to leave in float32 besides those that have no 16-bit form, such as
    /// <c>ReduceMean</c> or <c>Softmax</c> where float16 overflows.</param>
    /// <exception cref="Inference.InferenceException">ONNX Runtime refuses the model, or a value is no
    /// tensor.</exception>
    public static OnnxModel Convert(OnnxModel model, HalfType type, IReadOnlySet<string>? floatOperators = null)
    {
        var prepared = GraphPreparation.Prepare(model);
        new HalfPrecisionWriter(prepared, type, floatOperators ?? new HashSet<string>()).Write();
        new DeadNodeElimination().Run(prepared);   // Casts that nobody came to read.
        return prepared;
    }
}
