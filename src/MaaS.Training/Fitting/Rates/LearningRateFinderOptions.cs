namespace MaaS.Training.Fitting.Rates;

/// <summary>Which learning rates are tried.</summary>
public sealed record LearningRateFinderOptions
{
    /// <summary>The first rate, above 0.</summary>
    public double From { get; init; } = 1e-7;

    /// <summary>The last rate, above <see cref="From"/>.</summary>
    public double To { get; init; } = 10;

    /// <summary>Updates of the weights, at least 20; each with a rate that is greater than the last one's by the same
    /// factor.</summary>
    public int Steps { get; init; } = 100;

    /// <summary>How much of the losses before goes into the smoothed loss, 0 to below 1.</summary>
    public double Smoothing { get; init; } = 0.9;

    /// <summary>The sweep ends once the smoothed loss is so many times its lowest, above 1.</summary>
    public double StopAt { get; init; } = 4;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate()
    {
        List<string> failures = [];
        void Expect(bool holds, string expected, object got)
        {
            if (!holds)
            {
                failures.Add(FormattableString.Invariant($"expected {expected}, got {got}"));
            }
        }

        Expect(From > 0 && double.IsFinite(From), $"{nameof(From)} above 0", From);
        Expect(To > From && double.IsFinite(To), FormattableString.Invariant($"{nameof(To)} above {From}"), To);
        Expect(Steps >= 20, $"{nameof(Steps)} of at least 20", Steps);
        Expect(Smoothing is >= 0 and < 1, $"{nameof(Smoothing)} 0 to below 1", Smoothing);
        Expect(StopAt > 1, $"{nameof(StopAt)} above 1", StopAt);
        if (failures.Count > 0)
        {
            throw new ArgumentException($"LearningRateFinderOptions: {string.Join("; ", failures)}.");
        }
    }
}
