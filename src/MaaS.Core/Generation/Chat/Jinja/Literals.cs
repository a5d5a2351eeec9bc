namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>A value that is written out.</summary>
internal sealed class Constant(int line, object? value) : Expression(line)
{
    public object? Content => value;

    protected override object? Compute(Frame frame) => value;
}

/// <summary>A variable.</summary>
internal sealed class Variable(int line, string name) : Expression(line)
{
    public string Name => name;

    protected override object? Compute(Frame frame) => frame.Get(name);
}

/// <summary>A list or a tuple.</summary>
internal sealed class Sequence(int line, IReadOnlyList<Expression> items, bool tuple) : Expression(line)
{
    public IReadOnlyList<Expression> Items => items;

    public bool IsTuple => tuple;

    protected override object? Compute(Frame frame)
    {
        frame.Run.Make(items.Count);
        var values = items.Select(i => i.Value(frame));
        return tuple ? values.ToArray() : values.ToList();
    }
}

/// <summary>A dictionary.</summary>
internal sealed class Dictionary(int line, IReadOnlyList<(Expression Key, Expression Value)> items) : Expression(line)
{
    protected override object? Compute(Frame frame)
    {
        frame.Run.Make(items.Count);
        var dict = new DictValue();
        foreach (var (key, value) in items)
        {
            var name = key.Value(frame);
            dict[name as string ?? throw new TemplateFault(
                $"expected a string as a dictionary's key, got {PythonValues.TypeName(name)}")] = value.Value(frame);
        }

        return dict;
    }
}
