namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>What a function, filter, test or method is called with.</summary>
/// <param name="callee">What is called, as errors name it.</param>
/// <param name="positional">Values without a name.</param>
/// <param name="named">Values by name.</param>
/// <param name="run">The run of the template.</param>
internal sealed class CallArguments(
    string callee, IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named, Rendering run)
{
    private readonly Dictionary<string, object?> _bound = new(StringComparer.Ordinal);

    public string Callee => callee;

    public IReadOnlyList<object?> Positional => positional;

    public IReadOnlyDictionary<string, object?> Named => named;

    public Rendering Run => run;

    /// <summary>Without the first so many values.</summary>
    public CallArguments Skip(int count, string newCallee) => new(newCallee, [.. positional.Skip(count)], named, run);

    /// <summary>Gives the values their parameters' names.</summary>
    /// <param name="parameters">Names in order; one with '?' may be left out.</param>
    public CallArguments Bind(IReadOnlyList<string> parameters)
    {
        if (positional.Count > parameters.Count)
        {
            throw new TemplateFault($"{callee}: expected at most {parameters.Count} values, got {positional.Count}");
        }

        for (var i = 0; i < parameters.Count; i++)
        {
            var name = parameters[i].TrimEnd('?');
            if (i < positional.Count)
            {
                _bound[name] = positional[i];
            }
            else if (named.TryGetValue(name, out var value))
            {
                _bound[name] = value;
            }
            else if (!parameters[i].EndsWith('?'))
            {
                throw new TemplateFault($"{callee}: expected a value for '{name}'");
            }
        }

        var unknown = named.Keys.FirstOrDefault(
            n => !_bound.ContainsKey(n) || parameters.Take(positional.Count).Any(p => p.TrimEnd('?') == n));
        return unknown is null ? this
            : throw new TemplateFault($"{callee}: the value '{unknown}' is unknown, or given twice");
    }

    public bool Has(string name) => _bound.ContainsKey(name);

    public object? Value(string name, object? absent = null)
        => _bound.TryGetValue(name, out var value) ? value : absent;

    public bool IsTrue(string name) => PythonValues.IsTrue(Value(name));

    /// <summary>A string.</summary>
    public string Text(string name) => Value(name) is string text ? text : throw Wrong(name, "a string");

    /// <summary>A string; null where there is none or None.</summary>
    public string? TextOrNull(string name) => Value(name) is null ? null : Text(name);

    /// <summary>A whole number.</summary>
    public long Whole(string name, long absent = 0) => !Has(name) ? absent
        : PythonValues.Number(Value(name)) is long whole ? whole : throw Wrong(name, "a whole number");

    private TemplateFault Wrong(string name, string expected) => PythonValues.Missing(Value(name))
        ?? new($"{callee}: expected {expected} for '{name}', got {PythonValues.TypeName(Value(name))}");
}
