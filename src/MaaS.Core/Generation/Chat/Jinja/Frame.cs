namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>The variables of a scope.</summary>
/// <param name="run">The run of the template.</param>
/// <param name="parent">The scope around it; null for the outermost.</param>
internal sealed class Frame(Rendering run, Frame? parent = null)
{
    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);

    public Rendering Run => run;

    public object? Get(string name)
    {
        for (var frame = this; frame is not null; frame = frame.Outer)
        {
            if (frame._variables.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return TemplateFunctions.All.TryGetValue(name, out var function) ? function : new Undefined($"'{name}'");
    }

    public void Set(string name, object? value) => _variables[name] = value;

    /// <summary>A scope within this one.</summary>
    public Frame Inner() => new(run, this);

    private Frame? Outer => parent;
}
