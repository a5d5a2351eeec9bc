namespace MaaS.Training.Fitting;

/// <summary>The learning rate as a function of the step alone, so that a resumed run needs no state.</summary>
/// <param name="Kind">The shape.</param>
/// <param name="Peak">The learning rate that the options state.</param>
/// <param name="TotalSteps">Updates of the whole run, at least 1.</param>
/// <param name="StepsPerEpoch">Updates of one epoch, at least 1.</param>
/// <param name="StepEpochs">Epochs between two reductions of <see cref="ScheduleKind.Step"/>.</param>
/// <param name="Gamma">Factor of a reduction.</param>
internal sealed record LearningRateSchedule(
    ScheduleKind Kind, double Peak, long TotalSteps, long StepsPerEpoch, int StepEpochs, double Gamma)
{
    // PyTorch's defaults of OneCycleLR: pct_start, div_factor, final_div_factor.
    private const double RisingShare = 0.3, InitialDivisor = 25, FinalDivisor = 1e4;

    /// <summary>The rate of an update.</summary>
    /// <param name="step">0 to <see cref="TotalSteps"/>−1.</param>
    public double At(long step) => Kind switch
    {
        ScheduleKind.Constant => Peak,
        ScheduleKind.Step => Peak * Math.Pow(Gamma, step / StepsPerEpoch / StepEpochs),
        ScheduleKind.Cosine => Anneal(Peak, 0, (double)step / TotalSteps),
        ScheduleKind.OneCycle => OneCycle(step),
        _ => throw new InvalidOperationException($"Schedule {Kind} is unknown."),
    };

    private double OneCycle(long step)
    {
        var top = RisingShare * TotalSteps - 1;
        var initial = Peak / InitialDivisor;
        return step <= top
            ? Anneal(initial, Peak, step / top)
            : Anneal(Peak, initial / FinalDivisor, TotalSteps - 1 > top ? (step - top) / (TotalSteps - 1 - top) : 1);
    }

    private static double Anneal(double from, double to, double share)
        => to + (from - to) / 2 * (Math.Cos(Math.PI * share) + 1);
}
