namespace MaaS.Training.Pruning.Analysis;

/// <summary>What is removed or kept as a whole: one channel with all that depends on it, or one attention
/// head.</summary>
/// <param name="Slots">All its slots, ascending.</param>
internal sealed record ChannelUnit(int[] Slots);
