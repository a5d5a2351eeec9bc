namespace MaaS.Training.Pruning.Criteria;

/// <summary>The sum of a channel's absolute weights.</summary>
/// <remarks>Li et al. 2017: Pruning filters for efficient ConvNets.</remarks>
public sealed class L1Criterion : StatelessCriterion
{
    /// <inheritdoc/>
    public override string Name => "L1";

    /// <inheritdoc/>
    public override IReadOnlyList<double>? Score(ChannelWeights group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return group.Score(static w => w.IsMatrix, static w => w.Value.abs(), static sum => sum);
    }
}
