using MaaS.Training.Pruning.Analysis;
using MaaS.Training.Pruning.Criteria;

namespace MaaS.Training.Pruning.Structured;

/// <summary>The groups of an analysis with the scores of their units.</summary>
/// <param name="Group">What can be pruned.</param>
/// <param name="Order">Positions of units, least important first; empty where the group has no scores.</param>
/// <param name="Values">By unit; empty where the group has no scores.</param>
/// <param name="Original">How many units the group had before the first step.</param>
internal sealed record UnitScores(ChannelGroup Group, int[] Order, IReadOnlyList<double> Values, int Original)
{
    /// <summary>Scores all groups.</summary>
    public static IReadOnlyList<UnitScores> Of(
        TracedModule module, DependencyAnalysis analysis, IChannelCriterion criterion,
        IReadOnlyDictionary<string, int> originals)
    {
        using var scores = criterion.Measure(module.Module);
        return
        [
            .. analysis.Groups.Select(
                group => Of(group, scores.Score(new ChannelWeights(module, analysis, group)), originals)),
        ];
    }

    private static UnitScores Of(
        ChannelGroup group, IReadOnlyList<double>? values, IReadOnlyDictionary<string, int> originals)
    {
        var original = Math.Max(group.Units, originals.GetValueOrDefault(group.Name));
        if (values is null)
        {
            return new UnitScores(group, [], [], original);
        }

        if (values.Count != group.Units || values.Any(static v => !double.IsFinite(v)))
        {
            throw new PruningException(
                $"Pruning: expected {group.Units} finite scores for group '{group.Name}', got "
                + $"{values.Count} with {values.Count(static v => !double.IsFinite(v))} infinite or NaN; check the "
                + "weights.");
        }

        return new UnitScores(group, [.. Enumerable.Range(0, group.Units).OrderBy(i => values[i])], values, original);
    }
}
