using MaaS.Registry.Studies;

namespace MaaS.Training.Tuning.Spaces;

/// <summary>One of some values that have no order.</summary>
public sealed class CategoricalParameter : Parameter
{
    /// <summary>Makes one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="choices">At least one, none twice.</param>
    /// <param name="when">When it has a say; null for always.</param>
    /// <exception cref="ArgumentException">There is no choice, or one is there twice.</exception>
    public CategoricalParameter(string name, IReadOnlyList<ParameterValue> choices, Condition? when = null)
        : base(name, when)
    {
        ArgumentNullException.ThrowIfNull(choices);
        if (choices.Count == 0 || choices.Distinct().Count() < choices.Count)
        {
            throw new ArgumentException(
                $"parameter '{name}': expected at least one choice and none twice, got "
                    + $"[{string.Join(", ", choices)}].", nameof(choices));
        }

        Choices = [.. choices];
    }

    /// <summary>The values.</summary>
    public IReadOnlyList<ParameterValue> Choices { get; }

    /// <inheritdoc/>
    public override bool IsFixed => Choices.Count == 1;

    /// <inheritdoc/>
    public override bool Contains(ParameterValue value) => Choices.Contains(value);

    internal int IndexOf(ParameterValue value) => Choices.Index().First(c => c.Item == value).Index;

    internal override ParameterValue FromUnit(double unit)
        => Choices[Math.Min((int)(unit * Choices.Count), Choices.Count - 1)];

    internal override double ToUnit(ParameterValue value) => (IndexOf(value) + 0.5) / Choices.Count;

    internal override IReadOnlyList<ParameterValue> Grid(int points) => Choices;
}
