using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Batching;

/// <summary>Logits of the last token of one row of a run.</summary>
/// <param name="Outputs">Of the run.</param>
/// <param name="Row">From 0.</param>
internal readonly record struct RowLogits(InferenceOutputs Outputs, int Row);
