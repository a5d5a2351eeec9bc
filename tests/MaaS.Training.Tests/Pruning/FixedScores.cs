using MaaS.Training.Pruning.Criteria;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pruning;

/// <summary>A criterion that makes chosen units of chosen groups the least important; other groups have no
/// scores.</summary>
internal sealed class FixedScores(params (string Group, int[] Units)[] unimportant) : IChannelCriterion, IChannelScores
{
    public string Name => "fixed";

    public IChannelScores Measure(nn.Module model) => this;

    public IReadOnlyList<double>? Score(ChannelWeights group)
        => unimportant.FirstOrDefault(u => u.Group == group.Group.Name).Units is { } units
            ? [.. Enumerable.Range(0, group.Group.Units).Select(i => units.Contains(i) ? 0.0 : 1.0)]
            : null;

    /// <summary>Shares that remove exactly the chosen units, for <c>ChannelPruningOptions.Ratios</c>.</summary>
    public Dictionary<string, double> Ratios(IReadOnlyDictionary<string, int> sizes)
        => unimportant.ToDictionary(u => u.Group, u => (double)u.Units.Length / sizes[u.Group]);

    public void Dispose()
    {
    }
}
