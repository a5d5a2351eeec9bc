namespace MaaS.Training.Fitting.Schedules;

/// <summary>The learning rate as a function of the step alone, so that a resumed run needs no state.</summary>
/// <param name="Kind">The shape.</param>
/// <param name="Peak">The learning rate that the options state.</param>
/// <param name="TotalSteps">Updates of the whole run, at least 1.</param>
/// <param name="StepsPerEpoch">Updates of one epoch, at least 1.</param>
/// <param name="StepEpochs">Epochs between two reductions of <see cref="ScheduleKind.Step"/>.</param>
/// <param name="Gamma">Factor of a reduction.</param>
/// <param name="WarmupSteps">Updates in which the rate rises to where the schedule starts.</param>
internal sealed record LearningRateSchedule(
    ScheduleKind Kind, double Peak, long TotalSteps, long StepsPerEpoch, int StepEpochs, double Gamma,
    long WarmupSteps = 0)
{
    // PyTorch's defaults of OneCycleLR: pct_start, div_factor, final_div_factor.
    private const double RisingShare = 0.3, InitialDivisor = 25, FinalDivisor = 1e4;

    /// <summary>The schedule of some options.</summary>
    /// <param name="options">Validated.</param>
    /// <param name="stepsPerEpoch">Updates of an epoch; null where the source does not know.</param>
    /// <exception cref="ArgumentException">The schedule needs to know.</exception>
    public static LearningRateSchedule Of(TrainerOptions options, long? stepsPerEpoch)
    {
        if (stepsPerEpoch is null && NeedsTotal(options))
        {
            throw new ArgumentException(
                $"Schedule: expected a source that knows its Count, or StepsPerEpoch, for {options.Schedule}"
                    + $"{(options.WarmupShare > 0 ? " with a WarmupShare" : "")}, got neither; state StepsPerEpoch, or "
                    + "use Constant.");
        }

        var total = options.Epochs * (stepsPerEpoch ?? 1);
        return new LearningRateSchedule(
            options.Schedule, options.LearningRate, total, stepsPerEpoch ?? long.MaxValue, options.ScheduleStepEpochs,
            options.ScheduleGamma,
            options.WarmupShare > 0 ? (long)Math.Ceiling(total * options.WarmupShare) : options.WarmupSteps);
    }

    /// <summary>Whether the rate of a step depends on how many there are.</summary>
    public static bool NeedsTotal(TrainerOptions options)
        => options.WarmupShare > 0 || options.Schedule is not ScheduleKind.Constant;

    /// <summary>The rate of an update.</summary>
    /// <param name="step">0 to <see cref="TotalSteps"/>−1.</param>
    public double At(long step)
    {
        var after = step - WarmupSteps;
        return after < 0
            ? Shape(0) * (step + 1) / (WarmupSteps + 1)
            : Shape(after);
    }

    private double Shape(long step) => Kind switch
    {
        ScheduleKind.Constant => Peak,
        ScheduleKind.Step => Peak * Math.Pow(Gamma, step / StepsPerEpoch / StepEpochs),
        ScheduleKind.Cosine => Anneal(Peak, 0, (double)step / Falling),
        ScheduleKind.Linear => Peak * Math.Max(0, 1 - ((double)step / Falling)),
        ScheduleKind.OneCycle => OneCycle(step),
        _ => throw new InvalidOperationException($"Schedule {Kind} is unknown."),
    };

    private long Falling => Math.Max(1, TotalSteps - WarmupSteps);

    private double OneCycle(long step)
    {
        var top = RisingShare * Falling - 1;
        var initial = Peak / InitialDivisor;
        return step <= top
            ? Anneal(initial, Peak, step / top)
            : Anneal(Peak, initial / FinalDivisor, Falling - 1 > top ? (step - top) / (Falling - 1 - top) : 1);
    }

    private static double Anneal(double from, double to, double share)
        => to + (from - to) / 2 * (Math.Cos(Math.PI * share) + 1);
}
