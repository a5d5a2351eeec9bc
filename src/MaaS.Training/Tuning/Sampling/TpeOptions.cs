namespace MaaS.Training.Tuning.Sampling;

/// <summary>How <see cref="TpeSampler"/> draws.</summary>
public sealed record TpeOptions
{
    /// <summary>Finished trials before the first that is not random, at least 1.</summary>
    public int StartupTrials { get; init; } = 10;

    /// <summary>Points that are drawn, of which the most promising is taken, at least 1.</summary>
    public int Candidates { get; init; } = 24;

    /// <summary>Share of the trials that count as good, above 0 and below 1.</summary>
    public double GoodShare { get; init; } = 0.1;

    /// <summary>Most trials that count as good, at least 1.</summary>
    public int MostGood { get; init; } = 25;

    /// <summary>How much the even distribution counts beside a trial's 1, above 0.</summary>
    public double PriorWeight { get; init; } = 1;

    /// <summary>Whether kernels are no narrower than the range over the number of trials.</summary>
    public bool MagicClip { get; init; } = true;

    internal void Check()
    {
        if (StartupTrials < 1 || Candidates < 1 || MostGood < 1 || GoodShare is not (> 0 and < 1)
            || PriorWeight is not (> 0 and < double.PositiveInfinity))
        {
            throw new ArgumentException(
                "tpe: expected StartupTrials, Candidates and MostGood of at least 1, GoodShare above 0 and below 1, "
                    + $"PriorWeight above 0, got {this}.");
        }
    }
}
