namespace MaaS.Onnx.Costs;

/// <summary>What one node costs. Counts are null where a shape is not known.</summary>
/// <param name="Name">The node's name; may be empty.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Output">Type and shape of its first output; null where not known.</param>
/// <param name="Parameters">Elements of the weights that it reads.</param>
/// <param name="WeightBytes">Bytes of those weights.</param>
/// <param name="Macs">Multiply–accumulate operations.</param>
/// <param name="ActivationBytes">Bytes of its outputs.</param>
public sealed record NodeCost(
    string Name, string Operator, OnnxShape? Output, long Parameters, long WeightBytes, SizePolynomial? Macs,
    SizePolynomial? ActivationBytes);

/// <summary>What a model costs.</summary>
/// <param name="Nodes">Each node, in the graph's order.</param>
/// <param name="Parameters">Elements of all weights, shared ones once.</param>
/// <param name="WeightBytes">Bytes of all weights, shared ones once.</param>
/// <param name="Macs">Multiply–accumulate operations of the nodes whose shapes are known.</param>
/// <param name="ActivationBytes">Bytes of the outputs of the nodes whose shapes are known.</param>
public sealed record ModelCost(
    IReadOnlyList<NodeCost> Nodes, long Parameters, long WeightBytes, SizePolynomial Macs,
    SizePolynomial ActivationBytes)
{
    /// <summary>Whether every node's cost is known.</summary>
    public bool IsComplete => Nodes.All(static node => node.Macs is not null && node.ActivationBytes is not null);
}
