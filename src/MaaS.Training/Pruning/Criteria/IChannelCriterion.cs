using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Criteria;

/// <summary>Says which channels matter.</summary>
public interface IChannelCriterion
{
    /// <summary>Short name for reports.</summary>
    string Name { get; }

    /// <summary>Looks at a module as it is now.</summary>
    /// <param name="model">Neither changed nor disposed.</param>
    IChannelScores Measure(nn.Module model);
}
