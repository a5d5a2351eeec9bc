using System.Globalization;

namespace MaaS.Training.Tuning.Spaces;

/// <summary>A range of numbers, plain or logarithmic, with or without steps.</summary>
/// <remarks>With steps each value owns the half step around it, so that the first and the last are as likely as the
/// others.</remarks>
internal sealed class NumberScale
{
    private const double Tolerance = 1e-9;

    public NumberScale(string name, double low, double high, bool log, double? step)
    {
        if (!double.IsFinite(low) || !double.IsFinite(high) || low > high)
        {
            throw new ArgumentException($"parameter '{name}': expected finite numbers LOW <= HIGH, got {low}..{high}.");
        }

        if (step is not null && !(step > 0 && double.IsFinite(step.Value)))
        {
            throw new ArgumentException($"parameter '{name}': expected a step above 0, got {step}.");
        }

        if (log && low - (step / 2 ?? 0) <= 0)
        {
            throw new ArgumentException(
                $"parameter '{name}': expected {(step is null ? "LOW above 0" : "LOW above half a step")} for a "
                    + $"logarithmic scale, got {low}..{high}.");
        }

        (Low, Log, Step) = (low, log, step);
        High = step is { } s ? Tidy(low + (Math.Floor(((high - low) / s) + Tolerance) * s)) : high;
        var half = step / 2 ?? 0;
        (Lowest, Highest) = (Forward(Low - half), Forward(High + half));
    }

    public double Low { get; }

    /// <summary>The last value that a step reaches.</summary>
    public double High { get; }

    public bool Log { get; }

    public double? Step { get; }

    /// <summary>Ends of the scale, half a step beyond the values.</summary>
    public double Lowest { get; }

    /// <inheritdoc cref="Lowest"/>
    public double Highest { get; }

    /// <summary>How many values there are; null for any number.</summary>
    public long? Count => Low == High ? 1 : Step is { } step ? (long)Math.Round((High - Low) / step) + 1 : null;

    /// <summary>Where a value stands on the scale.</summary>
    public double Forward(double value) => Log ? Math.Log(value) : value;

    /// <summary>The value at a place of the scale.</summary>
    public double Back(double place) => Nearest(Log ? Math.Exp(place) : place);

    /// <summary>The part of the scale that a value owns, where there are steps.</summary>
    public (double From, double To) Cell(double value)
    {
        var half = Step!.Value / 2;
        return (Forward(value - half), Forward(value + half));
    }

    public double FromUnit(double unit) => Back(Lowest + (unit * (Highest - Lowest)));

    public double ToUnit(double value)
        => Highest > Lowest ? (Forward(value) - Lowest) / (Highest - Lowest) : 0.5;

    public bool Contains(double value)
    {
        var slack = Tolerance * Math.Max(Math.Abs(Low), Math.Abs(High));
        return value >= Low - slack && value <= High + slack
            && (Step is not { } step || Math.Abs(value - Nearest(value)) <= Math.Max(slack, Tolerance * step));
    }

    public IReadOnlyList<double> Grid(int points)
    {
        if (Count is { } count && count <= points)
        {
            return [.. Enumerable.Range(0, (int)count).Select(i => Nearest(Low + (i * (Step ?? 0))))];
        }

        var (from, to) = (Forward(Low), Forward(High));
        return points == 1 ? [Back((from + to) / 2)]
            : [.. Enumerable.Range(0, points).Select(i => Back(from + (i * (to - from) / (points - 1)))).Distinct()];
    }

    private double Nearest(double value)
    {
        var stepped = Step is { } step ? Tidy(Low + (Math.Round((value - Low) / step) * step)) : value;
        return Math.Clamp(stepped, Low, High);
    }

    // 0.1 + 2 × 0.1 is 0.3 and not its neighbour.
    private static double Tidy(double value)
        => double.Parse(value.ToString("G15", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
