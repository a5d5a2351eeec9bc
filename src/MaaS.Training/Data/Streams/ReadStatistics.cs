namespace MaaS.Training.Data.Streams;

/// <summary>How reading kept up with who takes the batches, since the reading began.</summary>
/// <param name="Samples">Samples delivered.</param>
/// <param name="LeftOut">Samples that could not be read and were left out.</param>
/// <param name="Seconds">From the start of the reading to now, or to its end.</param>
/// <param name="WaitSeconds">How much of that the taker stood still because no batch was ready.</param>
public sealed record ReadStatistics(long Samples, long LeftOut, double Seconds, double WaitSeconds)
{
    private const double LittleWaiting = 0.1;

    /// <summary>Samples delivered a second.</summary>
    public double SamplesPerSecond => Seconds > 0 ? Samples / Seconds : 0;

    /// <summary>Share of the time that the taker waited, 0…1.</summary>
    public double WaitShare => Seconds > 0 ? Math.Min(1, WaitSeconds / Seconds) : 0;

    /// <summary>A sentence where the taker waited for more than a tenth of the time; else null.</summary>
    public string? Note
        => WaitShare <= LittleWaiting ? null
            : $"training waited {WaitShare:0 %} of the time for data: give reading more workers or the machine more "
                + "cores, or make samples cheaper (smaller files, fewer transforms)";

    /// <summary>One line for a terminal.</summary>
    public override string ToString()
        => $"{Samples} samples, {SamplesPerSecond:0} a second, waited {WaitSeconds:0.00} s ({WaitShare:0 %})"
            + (LeftOut > 0 ? $", {LeftOut} left out" : "");
}
