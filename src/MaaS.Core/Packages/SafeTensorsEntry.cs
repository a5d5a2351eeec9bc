using MaaS.Onnx.Inference;


namespace MaaS.Core.Packages;

/// <summary>Where a tensor stands in a safetensors file.</summary>
/// <param name="Name">The tensor's name, as in a state dict.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Shape">Size of each axis; empty for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">Byte after the last.</param>
public sealed record SafeTensorsEntry(string Name, ElementType Type, IReadOnlyList<long> Shape, long Begin, long End);
