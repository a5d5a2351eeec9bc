using System.Collections.Frozen;

namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>The functions that templates may call.</summary>
internal static class TemplateFunctions
{
    public static FrozenDictionary<string, TemplateFunction> All { get; } = new TemplateFunction[]
    {
        new("raise_exception", "message", static (_, a) => throw new TemplateFault(PythonText.Of(a.Value("message")))),
        new("range", "first second? step?", static (_, a) => Range(a)),
        new("namespace", (IReadOnlyList<string>?)null, static (_, a) =>
        {
            var space = new NamespaceValue();
            foreach (var (name, value) in Members(a))
            {
                space.Attributes[name] = value;
            }

            return space;
        }),
        new("dict", (IReadOnlyList<string>?)null, static (_, a) =>
        {
            var dict = new DictValue();
            foreach (var (name, value) in Members(a))
            {
                dict[name] = value;
            }

            return dict;
        }),
        new("strftime_now", "format", static (_, a) => TimeText.Format(a.Run.Now, a.Text("format"))),
    }.ToFrozenDictionary(static f => f.Name, StringComparer.Ordinal);

    private static List<object?> Range(CallArguments a)
    {
        var (first, second) = (a.Whole("first"), a.Value("second"));
        var (start, stop) = second is null ? (0, first) : (first, a.Whole("second"));
        var step = a.Whole("step", 1);
        if (step == 0)
        {
            throw new TemplateFault("range: the step cannot be 0");
        }

        List<object?> numbers = [];
        for (Int128 i = start; step > 0 ? i < stop : i > stop; i += step)
        {
            if (numbers.Count == Rendering.MaxRange)
            {
                throw new TemplateFault($"range: expected at most {Rendering.MaxRange:N0} numbers");
            }

            numbers.Add((long)i);
        }

        a.Run.Make(numbers.Count);
        return numbers;
    }

    private static IEnumerable<KeyValuePair<string, object?>> Members(CallArguments a) => a.Positional switch
    {
        [] => a.Named,
        [DictValue dict] => dict.Items.Concat(a.Named),
        _ => throw new TemplateFault($"{a.Callee}: expected values by name, or one dictionary"),
    };
}
