namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>The filters that apply another filter or test to every item.</summary>
internal static class TemplateSelections
{
    public static List<object?> Map(object? value, CallArguments a)
    {
        var items = Walked(value, a);
        if (a.Positional.Count == 0 && a.Named.TryGetValue("attribute", out var attribute))
        {
            a = a.Bind(["attribute", "default?"]);
            return [.. items.Select(
                i => Attribute(i, attribute) is var found && found is not Undefined ? found
                    : a.Value("default") ?? found)];
        }

        var filter = Named(a, 0, TemplateFilters.All, "filter");
        return [.. items.Select(i => Each(a, filter, 1, i))];
    }

    public static List<object?> Select(object? value, CallArguments a, bool attribute, bool keep)
    {
        var items = Walked(value, a);
        var skip = attribute ? 1 : 0;
        if (a.Positional.Count < skip)
        {
            throw new TemplateFault($"{a.Callee}: expected the name of an attribute");
        }

        var test = a.Positional.Count > skip ? Named(a, skip, TemplateTests.All, "test") : null;
        return [.. items.Where(item =>
        {
            var tested = attribute ? Attribute(item, a.Positional[0]) : item;
            return PythonValues.IsTrue(test is null ? tested : Each(a, test, skip + 1, tested)) == keep;
        })];
    }

    /// <summary>What <c>attribute="a.b"</c> names of an item.</summary>
    public static object? Attribute(object? item, object? path)
    {
        if (path is not string text)
        {
            return ItemAccess.Item(item, path);
        }

        return text.Split('.').Aggregate(item, static (value, part) => ItemAccess.Item(
            value, part.Length > 0 && part.All(char.IsAsciiDigit) && long.TryParse(part, out var at) ? at : part));
    }

    // As in Jinja: whatever counts as false has no items, be it a list or not.
    private static IReadOnlyList<object?> Walked(object? value, CallArguments a)
    {
        var items = PythonValues.IsTrue(value) ? PythonValues.Items(value) : [];
        a.Run.Make(items.Count);
        return items;
    }

    private static object? Each(CallArguments a, TemplateFunction function, int skip, object? item)
    {
        a.Run.Step(a.Run.Line);
        return function.Call(item, a.Skip(skip, function.Name));
    }

    private static TemplateFunction Named(
        CallArguments a, int at, IReadOnlyDictionary<string, TemplateFunction> all, string kind)
        => a.Positional.ElementAtOrDefault(at) is string name
            ? all.TryGetValue(name, out var function) ? function
                : throw new TemplateFault($"{a.Callee}: the {kind} '{name}' is not supported")
            : throw new TemplateFault($"{a.Callee}: expected the name of a {kind}");
}
