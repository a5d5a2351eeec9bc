using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Criteria;

/// <summary>Random scores: what every other criterion has to beat.</summary>
/// <param name="seed">The same seed gives the same scores for the same groups in the same order.</param>
public sealed class RandomCriterion(int seed = 0) : IChannelCriterion
{
    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public IChannelScores Measure(nn.Module model) => new Scores(new Random(seed));

    private sealed class Scores(Random random) : IChannelScores
    {
        public IReadOnlyList<double> Score(ChannelWeights group)
            => [.. Enumerable.Range(0, group.Group.Units).Select(_ => 2 * random.NextDouble())];

        public void Dispose()
        {
        }
    }
}
