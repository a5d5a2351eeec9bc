namespace MaaS.Training.Pruning.Analysis;

/// <summary>The multiply–accumulates of one operator: the output's elements times the sizes that each sums
/// over.</summary>
/// <param name="Output">What is computed.</param>
/// <param name="Factors">The axes that are summed over.</param>
internal sealed record Contraction(ChannelTensor Output, IReadOnlyList<(ChannelTensor Tensor, int Axis)> Factors)
{
    /// <summary>Their number once channels are removed.</summary>
    public long Macs(IReadOnlyList<bool> removed)
    {
        var count = 1L;
        for (var axis = 0; axis < Output.Rank; axis++)
        {
            count *= Output.Size(axis, removed);
        }

        foreach (var (tensor, axis) in Factors)
        {
            count *= tensor.Size(axis, removed);
        }

        return count;
    }
}
