using MaaS.Registry.Studies;

namespace MaaS.Training.Tuning.Spaces;

/// <summary>When a parameter has a say: another one has a say and one of some values.</summary>
public sealed class Condition
{
    private Condition(string parameter, IReadOnlyList<ParameterValue> values)
        => (Parameter, Values) = (parameter, values);

    /// <summary>The other parameter.</summary>
    public string Parameter { get; }

    /// <summary>Its values.</summary>
    public IReadOnlyList<ParameterValue> Values { get; }

    /// <summary>Makes a condition.</summary>
    /// <param name="parameter">A parameter that stands before.</param>
    /// <param name="values">At least one.</param>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static Condition Of(string parameter, params ParameterValue[] values)
    {
        ArgumentException.ThrowIfNullOrEmpty(parameter);
        ArgumentNullException.ThrowIfNull(values);
        return values.Length > 0 ? new Condition(parameter, [.. values]) : throw new ArgumentException(
            $"condition on '{parameter}': expected at least one value, got none.", nameof(values));
    }

    /// <summary>As <c>optimizer=sgd|adam</c>.</summary>
    public override string ToString() => $"{Parameter}={string.Join('|', Values)}";
}
