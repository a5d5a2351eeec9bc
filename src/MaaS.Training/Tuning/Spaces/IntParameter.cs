using MaaS.Registry.Studies;

namespace MaaS.Training.Tuning.Spaces;

/// <summary>A whole number.</summary>
public sealed class IntParameter : Parameter
{
    // Beyond it doubles skip whole numbers.
    private const long Most = 1L << 53;

    /// <summary>Makes one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="low">Least value, at least -2^53.</param>
    /// <param name="high">Greatest value, at most 2^53.</param>
    /// <param name="log">Whether factors count rather than differences; all values are above half a step then.</param>
    /// <param name="step">Distance of two values, at least 1.</param>
    /// <param name="when">When it has a say; null for always.</param>
    /// <exception cref="ArgumentException">The range is empty or does not fit the scale.</exception>
    public IntParameter(
        string name, long low, long high, bool log = false, long step = 1, Condition? when = null)
        : base(name, when)
    {
        if (low < -Most || high > Most || step is < 1 or > Most)
        {
            throw new ArgumentException(
                $"parameter '{name}': expected -2^53 to 2^53 and a step of at least 1, got {low}..{high} by {step}.");
        }

        Scale = new NumberScale(name, low, high, log, step);
    }

    /// <summary>Least value.</summary>
    public long Low => (long)Scale.Low;

    /// <summary>Greatest value, which steps reach.</summary>
    public long High => (long)Scale.High;

    /// <summary>Whether factors count rather than differences.</summary>
    public bool Log => Scale.Log;

    /// <summary>Distance of two values.</summary>
    public long Step => (long)Scale.Step!.Value;

    /// <inheritdoc/>
    public override bool IsFixed => Scale.Count == 1;

    internal NumberScale Scale { get; }

    /// <inheritdoc/>
    public override bool Contains(ParameterValue value)
        => !value.IsText && double.IsInteger(value.Number) && Scale.Contains(value.Number);

    internal override ParameterValue FromUnit(double unit) => Scale.FromUnit(unit);

    internal override double ToUnit(ParameterValue value) => Scale.ToUnit(value.Number);

    internal override IReadOnlyList<ParameterValue> Grid(int points)
        => [.. Scale.Grid(points).Select(static v => new ParameterValue(v))];
}
