using MaaS.Onnx.Inference;

namespace MaaS.Training.Checkpoints;

/// <summary>A tensor of a file of weights.</summary>
/// <param name="Name">Its name in the file, or the one that its place in a graph gives it.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes; empty for a scalar.</param>
/// <param name="Reshaped">Whether the file holds it in another layout than it is read in.</param>
internal sealed record WeightEntry(string Name, ElementType Type, IReadOnlyList<long> Shape, bool Reshaped = false);
