namespace MaaS.Training.Pruning.Criteria;

/// <summary>|γ|, the scale that batch norm gives a channel; groups without batch norm are left alone.</summary>
/// <remarks>Liu et al. 2017: Learning efficient convolutional networks through network slimming.</remarks>
public sealed class BatchNormCriterion : StatelessCriterion
{
    /// <inheritdoc/>
    public override string Name => "BatchNorm |γ|";

    /// <inheritdoc/>
    public override IReadOnlyList<double>? Score(ChannelWeights group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return group.Score(
            static w => w.IsNorm && w.Name.EndsWith(".weight", StringComparison.Ordinal), static w => w.Value.abs(),
            static sum => sum);
    }
}
