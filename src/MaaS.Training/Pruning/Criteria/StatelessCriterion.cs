using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Criteria;

/// <summary>A criterion that needs the weights only.</summary>
public abstract class StatelessCriterion : IChannelCriterion, IChannelScores
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public IChannelScores Measure(nn.Module model) => this;

    /// <inheritdoc/>
    public abstract IReadOnlyList<double>? Score(ChannelWeights group);

    /// <summary>Holds nothing.</summary>
    public void Dispose() => GC.SuppressFinalize(this);
}
