namespace MaaS.Client;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">The protocol's name of its type, as <c>FP32</c>.</param>
/// <param name="Shape">Size of each axis; -1 where any will do.</param>
public sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);
