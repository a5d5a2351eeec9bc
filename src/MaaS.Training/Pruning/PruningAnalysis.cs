namespace MaaS.Training.Pruning;

/// <summary>What of a module can be pruned.</summary>
/// <param name="Groups">Groups of channels, in the order of their first layers.</param>
/// <param name="Fixed">Layers some or all of whose channels must stay, and why.</param>
/// <param name="Figures">The module as it is; its score is null.</param>
public sealed record PruningAnalysis(
    IReadOnlyList<ChannelGroup> Groups, IReadOnlyList<FixedLayer> Fixed, ModuleFigures Figures);
