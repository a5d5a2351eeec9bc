namespace MaaS.Training.Pruning.Criteria;

/// <summary>Scores of one module's channels.</summary>
public interface IChannelScores : IDisposable
{
    /// <summary>Scores a group.</summary>
    /// <returns>
    /// One number for each unit, 0 or more, higher for more important, of mean 1 in the group so that groups compare;
    /// null where the group has nothing to score by and is left alone.
    /// </returns>
    IReadOnlyList<double>? Score(ChannelWeights group);
}
