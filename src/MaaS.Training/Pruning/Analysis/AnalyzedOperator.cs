namespace MaaS.Training.Pruning.Analysis;

/// <summary>An operator of the trace and what it did to channels.</summary>
/// <param name="Name">ATen's name.</param>
/// <param name="Place">Name and module, for people.</param>
/// <param name="ModulePath">The module that ran it.</param>
/// <param name="Results">Its tensors with their channels.</param>
/// <param name="Contraction">What it multiplies and sums; null where it does not.</param>
/// <param name="ReshapeChoices">How many axes could have carried the channels of a split axis; 0 where that was
/// clear.</param>
internal sealed record AnalyzedOperator(
    string Name, string Place, string ModulePath, IReadOnlyList<ChannelTensor> Results, Contraction? Contraction,
    int ReshapeChoices);
