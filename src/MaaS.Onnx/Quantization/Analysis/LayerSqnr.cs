namespace MaaS.Onnx.Quantization.Analysis;

/// <summary>What quantization costs at one node.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="OpType">Its operator.</param>
/// <param name="AtOutput">SQNR in dB of its first output when all nodes are quantized: the error that has piled up
/// there. Null for nodes in bodies of If, Loop and Scan, whose values cannot be watched.</param>
/// <param name="Alone">SQNR in dB of the model's outputs when only this node is quantized: the harm it does by itself.
/// Null for nodes that only run on integers between others.</param>
public sealed record LayerSqnr(string Node, string OpType, double? AtOutput, double? Alone);
