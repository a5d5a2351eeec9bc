namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary><c>value.name</c>: a method, or else an item.</summary>
internal sealed class AttributeAccess(int line, Expression value, string name) : Expression(line)
{
    public string Name => name;

    protected override object? Compute(Frame frame) => Attribute(value.Value(frame), name);

    public static object? Attribute(object? value, string name) => value switch
    {
        Undefined missing => throw missing.Fault(),
        NamespaceValue space => space.Attributes.TryGetValue(name, out var attribute)
            ? attribute : new Undefined($"the namespace's '{name}'"),
        LoopValue loop => loop.Attribute(name),
        _ => PythonMethods.Find(value, name) is { } method ? new BoundMethod(value!, method)
            : value is DictValue dict && dict.TryGet(name, out var item) ? item
            : new Undefined($"'{name}' of {PythonValues.TypeName(value)}"),
    };
}

/// <summary><c>value[index]</c>: an item, or else a method.</summary>
internal sealed class ItemAccess(int line, Expression value, Expression index) : Expression(line)
{
    protected override object? Compute(Frame frame) => Item(value.Value(frame), index.Value(frame));

    public static object? Item(object? value, object? index) => (value, PythonValues.Number(index)) switch
    {
        (Undefined missing, _) => throw missing.Fault(),
        (string text, long at) => At([.. PythonValues.Characters(text)], at),
        (IReadOnlyList<object?> list, long at) => At(list, at),
        (DictValue dict, _) when dict.TryGet(index, out var item) => item,
        _ when index is string name => AttributeAccess.Attribute(value, name),
        _ => new Undefined($"the item {PythonText.Representation(index)} of {PythonValues.TypeName(value)}"),
    };

    private static object? At(IReadOnlyList<object?> list, long index)
    {
        var at = index < 0 ? index + list.Count : index;
        return at >= 0 && at < list.Count ? list[(int)at]
            : new Undefined($"the item {index} of {list.Count}");
    }
}

/// <summary><c>value[start:stop:step]</c>.</summary>
internal sealed class SliceAccess(
    int line, Expression value, Expression? start, Expression? stop, Expression? step) : Expression(line)
{
    protected override object? Compute(Frame frame)
    {
        var source = value.Value(frame);
        var (from, to) = (Bound(start, frame), Bound(stop, frame));
        var by = Bound(step, frame) ?? 1;
        if (by == 0)
        {
            throw new TemplateFault("the step of a slice cannot be 0");
        }

        switch (source)
        {
            case string text:
                string[] characters = [.. PythonValues.Characters(text)];
                frame.Run.Make(text.Length);
                return string.Concat(Indices(characters.Length, from, to, by).Select(i => characters[i]));
            case IReadOnlyList<object?> list:
                List<object?> items = [.. Indices(list.Count, from, to, by).Select(i => list[i])];
                frame.Run.Make(items.Count);
                return list.GetType() == typeof(object?[]) ? items.ToArray() : items;
            default:
                throw PythonValues.Missing(source)
                    ?? new TemplateFault($"expected a list or a string to slice, got {PythonValues.TypeName(source)}");
        }
    }

    private static long? Bound(Expression? bound, Frame frame)
    {
        var value = bound?.Value(frame);
        return value is null ? null : PythonValues.Number(value) is long whole ? whole
            : throw new TemplateFault($"expected whole numbers in a slice, got {PythonValues.TypeName(value)}");
    }

    // As slice.indices() of Python.
    private static IEnumerable<int> Indices(int length, long? start, long? stop, long step)
    {
        var (low, high) = step > 0 ? (0L, length) : (-1L, length - 1L);
        long Within(long? bound, long absent) => bound is not { } at ? absent
            : Math.Clamp(at < 0 ? at + length : at, low, high);
        var from = Within(start, step > 0 ? low : high);
        var to = Within(stop, step > 0 ? high : low);
        var by = Math.Clamp(step, -length - 1L, length + 1L);
        for (var i = from; by > 0 ? i < to : i > to; i += by)
        {
            yield return (int)i;
        }
    }
}
