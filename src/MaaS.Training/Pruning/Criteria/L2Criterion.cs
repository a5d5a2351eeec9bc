namespace MaaS.Training.Pruning.Criteria;

/// <summary>The 2-norm of a channel's weights.</summary>
public sealed class L2Criterion : StatelessCriterion
{
    /// <inheritdoc/>
    public override string Name => "L2";

    /// <inheritdoc/>
    public override IReadOnlyList<double>? Score(ChannelWeights group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return group.Score(static w => w.IsMatrix, static w => w.Value.square(), Math.Sqrt);
    }
}
