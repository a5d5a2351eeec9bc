namespace MaaS.Training.Pruning;

/// <summary>What became of a group.</summary>
/// <param name="Name">The group's name.</param>
/// <param name="Layers">The layers that produce its channels.</param>
/// <param name="UnitSize">Channels of the first layer in a unit: 1, or the size of an attention head.</param>
/// <param name="Before">Units before.</param>
/// <param name="After">Units after.</param>
public sealed record GroupChange(string Name, IReadOnlyList<string> Layers, int UnitSize, int Before, int After);
