using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Graphs;


namespace MaaS.Core.InputData;

/// <summary>What a model takes, and whether inputs fit it.</summary>
public static class ModelInputs
{
    /// <summary>Names, types and shapes of the inputs that a caller must give.</summary>
    /// <exception cref="InferenceException">ONNX Runtime refuses the model.</exception>
    public static IReadOnlyList<TensorSpec> Of(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var session = new ModelSession(model, new InferenceOptions { OptimizeGraph = false });
        return session.Model.Inputs;
    }

    /// <summary>Runs a model once and forgets the outputs.</summary>
    /// <exception cref="InferenceException">The model fails on these inputs.</exception>
    /// <exception cref="ModelInputException">A name, type or shape does not fit.</exception>
    public static void Try(
        OnnxModel model, IReadOnlyDictionary<string, TensorValue> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var session = new ModelSession(model);
        session.Model.Run(inputs, cancellationToken: cancellationToken).Dispose();
    }
}
