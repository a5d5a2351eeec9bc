using MaaS.Registry.Studies;

namespace MaaS.Training.Tuning.Spaces;

/// <summary>A parameter and the values that it may have.</summary>
public abstract class Parameter
{
    private protected Parameter(string name, Condition? when)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (Name, When) = (name, when);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>When it has a say; null for always.</summary>
    public Condition? When { get; }

    /// <summary>Whether it has a single value.</summary>
    public abstract bool IsFixed { get; }

    /// <summary>Whether it may have a value.</summary>
    public abstract bool Contains(ParameterValue value);

    /// <summary>The value at a place of the unit interval, so that even places are even values.</summary>
    /// <param name="unit">0 to 1.</param>
    internal abstract ParameterValue FromUnit(double unit);

    /// <summary>The place of a value in the unit interval.</summary>
    internal abstract double ToUnit(ParameterValue value);

    /// <summary>Values at even distances; of a float without step so many.</summary>
    internal abstract IReadOnlyList<ParameterValue> Grid(int points);

    /// <summary>As <see cref="SpaceText"/> reads it.</summary>
    public override string ToString() => SpaceText.Write(this);
}
