using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>Shapes as a model's configuration has them: without the batch axis, where every tensor has one.</summary>
internal static class ModelConfigShape
{
    /// <summary>The configuration's <c>max_batch_size</c>; 0 where the shapes name every axis.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">What clients are told to send.</param>
    public static int MaxBatchSize(ServedModel model, IReadOnlyList<TensorSpec> inputs)
        => inputs.All(i => i.HasBatchAxis() && (i.Shape.Count > 1 || model.MaxRows is not null))
        ? model.MaxBatchSize : 0;

    /// <summary>The configuration's <c>dims</c>; of a scalar a row, 1.</summary>
    public static IReadOnlyList<long> Dims(TensorSpec spec, bool hasBatchAxis)
        => !hasBatchAxis ? spec.Shape : spec.Shape.Count > 1 ? [.. spec.Shape.Skip(1)] : [1];
}
