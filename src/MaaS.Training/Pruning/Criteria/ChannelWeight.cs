using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Criteria;

/// <summary>One parameter that has a group's channels along an axis.</summary>
/// <param name="Name">Its name in the state dictionary.</param>
/// <param name="Value">The module's own parameter.</param>
/// <param name="Axis">The axis along which the channels lie.</param>
/// <param name="IsNorm">Whether it is the scale or shift of a batch or instance norm.</param>
/// <param name="Positions">By unit: its positions along the axis; none where the parameter does not hold the
/// unit.</param>
public sealed record ChannelWeight(string Name, Tensor Value, int Axis, bool IsNorm, IReadOnlyList<int[]> Positions)
{
    /// <summary>Whether it is a weight matrix or a convolution's kernel, no bias and no norm.</summary>
    public bool IsMatrix => Value.dim() > 1;
}
