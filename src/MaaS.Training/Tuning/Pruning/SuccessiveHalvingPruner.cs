namespace MaaS.Training.Tuning.Pruning;

/// <summary>Asynchronous successive halving (ASHA): at steps that grow by a factor, only the best share of the trials
/// that came so far goes on.</summary>
/// <remarks>Li et al. 2020, without waiting: a trial is judged when it reaches a rung, by those that were there before
/// it. Of fewer trials than the factor the best goes on.</remarks>
public sealed class SuccessiveHalvingPruner : IPruner
{
    private readonly long _first;
    private readonly int _factor;
    private readonly long? _lastStep;

    /// <summary>Makes one.</summary>
    /// <param name="firstRung">Step of the first rung, at least 1.</param>
    /// <param name="factor">Of a rung's step to the one before, and of the trials that reach it to those that go on, at
    /// least 2.</param>
    /// <param name="lastStep">Step at which a trial is complete, so that nothing is gained by stopping it; null where
    /// it is not known.</param>
    public SuccessiveHalvingPruner(long firstRung = 1, int factor = 3, long? lastStep = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(firstRung, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 2);
        (_first, _factor, _lastStep) = (firstRung, factor, lastStep);
    }

    /// <inheritdoc/>
    public string Name => "asha";

    /// <inheritdoc/>
    public bool ShouldPrune(PruningContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Step >= _lastStep)
        {
            return false;
        }

        var reports = context.Reports;
        for (var rung = _first; rung <= context.Step; rung = checked(rung * _factor))
        {
            // Each rung is judged once, at the first report that reaches it.
            if (reports.Keys.Where(s => s >= rung).Min() == context.Step && !IsAmongBest(context, rung))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsAmongBest(PruningContext context, long rung)
    {
        var own = context.Loss(context.Reports[context.Step]);
        double[] all = [.. context.Trials.Select(t => Reached(context, t.Reports, rung)).OfType<double>().Order()];
        return own <= all[Math.Max(1, all.Length / _factor) - 1] && !double.IsPositiveInfinity(own);
    }

    // The loss with which a trial came to a rung; null where it has not.
    private static double? Reached(PruningContext context, IReadOnlyDictionary<long, double> reports, long rung)
        => reports.Keys.Where(s => s >= rung).Select(static s => (long?)s).Min() is { } step
            ? context.Loss(reports[step]) : null;
}
