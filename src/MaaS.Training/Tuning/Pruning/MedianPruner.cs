using MaaS.Registry.Studies;

namespace MaaS.Training.Tuning.Pruning;

/// <summary>Stops a trial whose best value so far is worse than the median of the others at the same step.</summary>
/// <remarks>Golovin et al. 2017.</remarks>
public sealed class MedianPruner : IPruner
{
    private readonly int _startupTrials;
    private readonly long _warmupSteps;

    /// <summary>Makes one.</summary>
    /// <param name="startupTrials">Complete trials before the first that may be stopped, at least 1.</param>
    /// <param name="warmupSteps">Steps that every trial may make, at least 0.</param>
    public MedianPruner(int startupTrials = 5, long warmupSteps = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(startupTrials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(warmupSteps);
        (_startupTrials, _warmupSteps) = (startupTrials, warmupSteps);
    }

    /// <inheritdoc/>
    public string Name => "median";

    /// <inheritdoc/>
    public bool ShouldPrune(PruningContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        TrialRecord[] complete = [.. context.Trials.Where(static t => t.State == TrialState.Complete)];
        if (complete.Length < _startupTrials || context.Step <= _warmupSteps)
        {
            return false;
        }

        double[] others = [.. complete.Where(t => t.Reports.ContainsKey(context.Step))
            .Select(t => context.Loss(t.Reports[context.Step])).Order()];
        var best = context.Reports.Values.Min(context.Loss);
        return others.Length > 0
            && best > (others[(others.Length - 1) / 2] + others[others.Length / 2]) / 2;
    }
}
