using MaaS.Training.Interop;
using MaaS.Training.Pruning.Analysis;
using MaaS.Training.Pruning.Surgery;

namespace MaaS.Training.Pruning.Structured;

/// <summary>The steps of one call of
/// <see cref="Pruner.Prune(ChannelPruningOptions?, Action{PruningStep}?, CancellationToken)"/>.</summary>
internal sealed class PruningRun
{
    private const int CountedRounds = 30, MeasuredRounds = 6;

    private readonly TracedModule _module;
    private readonly ChannelPruningOptions _options;
    private readonly IReadOnlyList<ChannelGroup> _groups;
    private readonly Dictionary<string, int> _originals;
    private readonly Dictionary<string, int> _units;
    private readonly double _fullCost;

    public PruningRun(TracedModule module, ChannelPruningOptions options, DependencyAnalysis analysis)
    {
        (_module, _options, _groups) = (module, options, analysis.Groups);
        _originals = analysis.Groups.ToDictionary(static g => g.Name, static g => g.Units);
        _units = new Dictionary<string, int>(_originals);
        var cost = new ModuleCost(module, analysis);
        _fullCost = options.Goal.Measure switch
        {
            PruningMeasure.Macs => cost.Macs(analysis.Nothing),
            PruningMeasure.Parameters => cost.Parameters(analysis.Nothing),
            _ => 1,
        };
    }

    /// <summary>Removes the units of one step.</summary>
    /// <param name="analysis">Of the module as it is.</param>
    /// <param name="step">1 for the first.</param>
    /// <exception cref="PruningException">Forward fails on the pruned module, which is as before the step.</exception>
    public void Step(DependencyAnalysis analysis, int step)
    {
        var progress = (double)step / _options.Steps;
        var scores = UnitScores.Of(_module, analysis, _options.Criterion, _originals);
        var selection = new UnitSelection(scores, _options, analysis.Slots.Count);
        var removed = selection.Choose(Ratio(analysis, selection, progress), progress);
        using var removal = ChannelRemoval.Apply(
            _module, analysis.Slots, removed, OptimizerStates.Of(_options.Followed));
        if (Difference(analysis, removed) is { } difference)
        {
            removal.Undo();
            throw new PruningException(
                $"Pruning: expected forward to run with fewer channels, but {difference}; ignore that layer.");
        }

        foreach (var group in analysis.Groups)
        {
            _units[group.Name] = group.ChannelUnits.Count(unit => !removed[unit.Slots[0]]);
        }
    }

    /// <summary>Units before the first step and now.</summary>
    public IReadOnlyList<GroupChange> Changes()
        => [.. _groups.Select(g => new GroupChange(g.Name, g.Layers, g.UnitSize, g.Units, _units[g.Name]))];

    private double Ratio(DependencyAnalysis analysis, UnitSelection selection, double progress)
    {
        var goal = _options.Goal;
        if (goal.Measure == PruningMeasure.Channels)
        {
            return 1 - Math.Pow(1 - goal.Share, progress);
        }

        var cost = new ModuleCost(_module, analysis);
        var limit = _fullCost * Math.Pow(goal.Share, progress);
        return goal.Measure switch
        {
            PruningMeasure.Macs => RatioSearch.Find(
                ratio => cost.Macs(selection.Choose(ratio, progress)), limit, CountedRounds, "MACs"),
            PruningMeasure.Parameters => RatioSearch.Find(
                ratio => cost.Parameters(selection.Choose(ratio, progress)), limit, CountedRounds, "parameters"),
            // Each step is measured against the module before it, in turns: a clock reading of an hour ago says little.
            _ => RatioSearch.Find(
                ratio => ratio == 0 ? 1 : cost.RelativeTime(selection.Choose(ratio, progress)),
                Math.Pow(goal.Share, 1.0 / _options.Steps), MeasuredRounds, "of the time"),
        };
    }

    private string? Difference(DependencyAnalysis analysis, bool[] removed)
    {
        try
        {
            return TraceComparison.FirstDifference(analysis, removed, _module.Trace());
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return TorchError.Reason(error);
        }
    }
}
