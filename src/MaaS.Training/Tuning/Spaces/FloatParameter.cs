using MaaS.Registry.Studies;

namespace MaaS.Training.Tuning.Spaces;

/// <summary>A number.</summary>
public sealed class FloatParameter : Parameter
{
    /// <summary>Makes one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="low">Least value.</param>
    /// <param name="high">Greatest value.</param>
    /// <param name="log">Whether factors count rather than differences; all values are above 0 then.</param>
    /// <param name="step">Distance of two values, above 0; null for any number.</param>
    /// <param name="when">When it has a say; null for always.</param>
    /// <exception cref="ArgumentException">The range is empty or does not fit the scale.</exception>
    public FloatParameter(
        string name, double low, double high, bool log = false, double? step = null, Condition? when = null)
        : base(name, when)
        => Scale = new NumberScale(name, low, high, log, step);

    /// <summary>Least value.</summary>
    public double Low => Scale.Low;

    /// <summary>Greatest value, which steps reach.</summary>
    public double High => Scale.High;

    /// <summary>Whether factors count rather than differences.</summary>
    public bool Log => Scale.Log;

    /// <summary>Distance of two values; null for any number.</summary>
    public double? Step => Scale.Step;

    /// <inheritdoc/>
    public override bool IsFixed => Scale.Count == 1;

    internal NumberScale Scale { get; }

    /// <inheritdoc/>
    public override bool Contains(ParameterValue value) => !value.IsText && Scale.Contains(value.Number);

    internal override ParameterValue FromUnit(double unit) => Scale.FromUnit(unit);

    internal override double ToUnit(ParameterValue value) => Scale.ToUnit(value.Number);

    internal override IReadOnlyList<ParameterValue> Grid(int points)
        => [.. Scale.Grid(points).Select(static v => new ParameterValue(v))];
}
