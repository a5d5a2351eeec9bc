namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>What a loop's body sees as <c>loop</c>.</summary>
/// <param name="items">All that the loop walks.</param>
/// <param name="depth">Loops around it, from 0.</param>
internal sealed class LoopValue(IReadOnlyList<object?> items, int depth)
{
    private static readonly TemplateFunction Cycle = new(
        "loop.cycle", (IReadOnlyList<string>?)null,
        static (loop, a) => a.Positional.Count > 0
            ? a.Positional[((LoopValue)loop!).Index % a.Positional.Count]
            : throw new TemplateFault("loop.cycle: expected at least one value"));

    /// <summary>From 0.</summary>
    public int Index { get; set; }

    public int Length => items.Count;

    public int Depth => depth;

    public object? Attribute(string name) => name switch
    {
        "index" => Index + 1L,
        "index0" => (long)Index,
        "revindex" => (long)(Length - Index),
        "revindex0" => Length - Index - 1L,
        "first" => Index == 0,
        "last" => Index == Length - 1,
        "length" => (long)Length,
        "depth" => depth + 1L,
        "depth0" => (long)depth,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("loop.previtem of the first item"),
        "nextitem" => Index < Length - 1 ? items[Index + 1] : new Undefined("loop.nextitem of the last item"),
        "cycle" => new BoundMethod(this, Cycle),
        _ => throw new TemplateFault($"loop.{name} is not supported"),
    };
}
