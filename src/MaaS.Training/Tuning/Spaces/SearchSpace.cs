using MaaS.Registry.Studies;

namespace MaaS.Training.Tuning.Spaces;

/// <summary>The parameters of a study; each call adds one and gives a new space.</summary>
/// <example><code>
/// var space = new SearchSpace()
///     .Float("learning-rate", 1e-5, 1e-1, log: true)
///     .Categorical("optimizer", ["adam", "sgd"])
///     .Float("momentum", 0, 0.99, when: Condition.Of("optimizer", "sgd"));
/// </code></example>
public sealed class SearchSpace
{
    private readonly Parameter[] _parameters;

    /// <summary>A space of no parameter yet.</summary>
    public SearchSpace()
        : this([])
    {
    }

    private SearchSpace(Parameter[] parameters) => _parameters = parameters;

    /// <summary>The parameters; one that depends on another stands after it.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Adds a number; see <see cref="FloatParameter"/>.</summary>
    public SearchSpace Float(
        string name, double low, double high, bool log = false, double? step = null, Condition? when = null)
        => Add(new FloatParameter(name, low, high, log, step, when));

    /// <summary>Adds a whole number; see <see cref="IntParameter"/>.</summary>
    public SearchSpace Int(
        string name, long low, long high, bool log = false, long step = 1, Condition? when = null)
        => Add(new IntParameter(name, low, high, log, step, when));

    /// <summary>Adds a choice; see <see cref="CategoricalParameter"/>.</summary>
    public SearchSpace Categorical(
        string name, IReadOnlyList<ParameterValue> choices, Condition? when = null)
        => Add(new CategoricalParameter(name, choices, when));

    /// <summary>Adds a parameter.</summary>
    /// <exception cref="ArgumentException">The name is taken, or it depends on a parameter that is not there or on
    /// values that it does not have.</exception>
    public SearchSpace Add(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (Array.Exists(_parameters, p => p.Name == parameter.Name))
        {
            throw new ArgumentException($"search space: expected each name once, got '{parameter.Name}' twice.");
        }

        if (parameter.When is { } when)
        {
            var other = Array.Find(_parameters, p => p.Name == when.Parameter) ?? throw new ArgumentException(
                $"parameter '{parameter.Name}': expected a condition on one of [{Names()}], got '{when.Parameter}'.");
            foreach (var value in when.Values.Where(v => !other.Contains(v)))
            {
                throw new ArgumentException(
                    $"parameter '{parameter.Name}': expected a condition on values of '{other}', got '{value}'.");
            }
        }

        return new SearchSpace([.. _parameters, parameter]);
    }

    /// <summary>Whether a parameter has a say beside the values of those before it.</summary>
    public static bool IsActive(Parameter parameter, IReadOnlyDictionary<string, ParameterValue> values)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(values);
        return parameter.When is not { } when
            || (values.TryGetValue(when.Parameter, out var value) && when.Values.Contains(value));
    }

    /// <summary>What is wrong with some values; null where they are a point of the space.</summary>
    public string? Fault(IReadOnlyDictionary<string, ParameterValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Keys.FirstOrDefault(name => !Array.Exists(_parameters, p => p.Name == name)) is { } unknown)
        {
            return $"expected the parameters [{Names()}], got '{unknown}'";
        }

        foreach (var parameter in _parameters)
        {
            var given = values.TryGetValue(parameter.Name, out var value);
            if (given != IsActive(parameter, values))
            {
                return given ? $"'{parameter.Name}': expected none, because it holds only when {parameter.When}"
                    : $"'{parameter.Name}': expected a value, got none";
            }

            if (given && !parameter.Contains(value))
            {
                return $"expected a value of '{parameter}', got '{value}'";
            }
        }

        return null;
    }

    /// <summary>Draws a value for each parameter that has a say, in their order.</summary>
    internal IReadOnlyDictionary<string, ParameterValue> Draw(Func<Parameter, int, ParameterValue> draw)
    {
        var values = new OrderedDictionary<string, ParameterValue>(StringComparer.Ordinal);
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (IsActive(_parameters[i], values))
            {
                values[_parameters[i].Name] = draw(_parameters[i], i);
            }
        }

        return values;
    }

    /// <summary>Every parameter as <see cref="SpaceText"/> reads it, one a line.</summary>
    public override string ToString() => string.Join('\n', _parameters.Select(static p => p.ToString()));

    private string Names() => string.Join(", ", _parameters.Select(static p => p.Name));
}
