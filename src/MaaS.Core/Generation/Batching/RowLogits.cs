using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Batching;

/// <summary>Logits of the last tokens of one row of a run.</summary>
/// <param name="Sequence">Whose row it is.</param>
/// <param name="Outputs">Of the run.</param>
/// <param name="Row">From 0.</param>
internal readonly record struct RowLogits(Sequence Sequence, InferenceOutputs Outputs, int Row);
