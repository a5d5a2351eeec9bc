namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>The values that stand in the parentheses of a call.</summary>
/// <param name="Positional">Values without a name.</param>
/// <param name="Named">Values by name.</param>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
{
    public static ArgumentList Empty { get; } = new([], []);

    public CallArguments Of(string callee, Frame frame)
    {
        object?[] positional = [.. Positional.Select(p => p.Value(frame))];
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in Named)
        {
            if (!named.TryAdd(name, value.Value(frame)))
            {
                throw new TemplateFault($"{callee}: the value '{name}' is given twice");
            }
        }

        return new(callee, positional, named, frame.Run);
    }
}

/// <summary>A call of a function, macro or method.</summary>
internal sealed class Call(int line, Expression target, ArgumentList arguments) : Expression(line)
{
    protected override object? Compute(Frame frame)
    {
        var function = target.Value(frame);
        var name = target switch
        {
            Variable variable => variable.Name,
            AttributeAccess attribute => attribute.Name,
            _ => "the call",
        };
        var values = arguments.Of(name, frame);
        frame.Run.Step(Line);
        return function switch
        {
            TemplateFunction known => known.Call(null, values),
            BoundMethod method => method.Function.Call(method.Value, values),
            Macro macro => macro.Call(values),
            _ => throw PythonValues.Missing(function)
                ?? new TemplateFault($"{name}: expected a function to call, got {PythonValues.TypeName(function)}"),
        };
    }
}

/// <summary><c>value | filter</c>.</summary>
internal sealed class FilterCall(int line, Expression value, TemplateFunction filter, ArgumentList arguments)
    : Expression(line)
{
    protected override object? Compute(Frame frame)
    {
        var input = value.Value(frame);
        var values = arguments.Of(filter.Name, frame);
        frame.Run.Step(Line);
        return filter.Call(input, values);
    }
}

/// <summary><c>value is test</c>.</summary>
internal sealed class TestCall(int line, Expression value, TemplateFunction test, ArgumentList arguments)
    : Expression(line)
{
    protected override object? Compute(Frame frame)
    {
        var input = value.Value(frame);
        return test.Call(input, arguments.Of(test.Name, frame));
    }
}
