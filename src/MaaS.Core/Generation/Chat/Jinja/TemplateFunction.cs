namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>A function, filter, test or method that templates may use.</summary>
/// <param name="Name">As templates write it.</param>
/// <param name="Parameters">Names in order; one with '?' may be left out. Null where the body looks at the values
/// itself.</param>
/// <param name="Body">Takes the value that a filter, test or method is applied to, and the other values.</param>
internal sealed record TemplateFunction(
    string Name, IReadOnlyList<string>? Parameters, Func<object?, CallArguments, object?> Body)
{
    /// <summary>One whose parameters stand in a line: <c>"old new count?"</c>.</summary>
    public TemplateFunction(string name, string parameters, Func<object?, CallArguments, object?> body)
        : this(name, parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries), body)
    {
    }

    public object? Call(object? value, CallArguments arguments)
        => Body(value, Parameters is null ? arguments : arguments.Bind(Parameters));
}
