using MaaS.Onnx.Inference;

namespace MaaS.Serving.Execution;

/// <summary>One run of a served model, on its way through the chain of <see cref="IInferenceExecutor"/>s.</summary>
/// <param name="model">
/// The model; whoever made the request holds a <see cref="ModelLease"/> on it until the run has ended.
/// </param>
/// <param name="inputs">In the model's order; the caller disposes them after the run has ended.</param>
/// <param name="context">Who asks, how urgently and until when.</param>
public sealed class InferenceRequest(ServedModel model, ReadOnlyMemory<TensorValue> inputs, RequestContext context)
{
    /// <summary>The model that runs.</summary>
    public ServedModel Model { get; } = model;

    /// <summary>One tensor an input, in the model's order.</summary>
    public ReadOnlyMemory<TensorValue> Inputs { get; } = inputs;

    /// <summary>Who asks, how urgently and until when.</summary>
    public RequestContext Context { get; } = context;

    /// <summary>Names of the outputs wanted; null for all.</summary>
    public IReadOnlyList<string>? Outputs { get; init; }

    /// <summary>Samples of the request: the size of the first axis where that is the batch axis, else 1.</summary>
    public int Rows
        => Model.Inputs is [var spec, ..] && spec.HasBatchAxis() && Inputs.Span is [{ Shape: [var rows, ..] }, ..]
        ? (int)Math.Clamp(rows, 1, int.MaxValue) : 1;

    /// <summary>The times of the run; complete when it has ended, also with an error.</summary>
    public RunTimings Timings { get; } = new();
}
