namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Statements one after the other, in the scope around them.</summary>
internal sealed class Block(int line, IReadOnlyList<Statement> statements) : Statement(line)
{
    protected override Flow Execute(Frame frame, TemplateOutput output)
    {
        foreach (var statement in statements)
        {
            var flow = statement.Run(frame, output);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }
}

/// <summary>Text as it stands.</summary>
internal sealed class Data(int line, string text) : Statement(line)
{
    protected override Flow Execute(Frame frame, TemplateOutput output)
    {
        output.Add(text);
        return Flow.Next;
    }
}

/// <summary><c>{{ value }}</c>.</summary>
internal sealed class Print(int line, Expression value) : Statement(line)
{
    protected override Flow Execute(Frame frame, TemplateOutput output)
    {
        output.Add(value.Text(frame));
        return Flow.Next;
    }
}

/// <summary><c>if</c> with its <c>elif</c> and <c>else</c>.</summary>
internal sealed class If(
    int line, IReadOnlyList<(Expression Condition, Statement Body)> branches, Statement? otherwise) : Statement(line)
{
    protected override Flow Execute(Frame frame, TemplateOutput output)
    {
        foreach (var (condition, body) in branches)
        {
            if (PythonValues.IsTrue(condition.Value(frame)))
            {
                return body.Run(frame, output);
            }
        }

        return otherwise?.Run(frame, output) ?? Flow.Next;
    }
}

/// <summary><c>for</c>, whose body has a scope of its own for each item.</summary>
internal sealed class For(
    int line, Target target, Expression items, Expression? filter, Statement body, Statement? otherwise, int depth)
    : Statement(line)
{
    protected override Flow Execute(Frame frame, TemplateOutput output)
    {
        var all = PythonValues.Items(items.Value(frame));
        if (filter is not null)
        {
            all = [.. all.Where(item => PythonValues.IsTrue(filter.Value(Scope(frame, item))))];
        }

        var loop = new LoopValue(all, depth);
        for (var i = 0; i < all.Count; i++)
        {
            loop.Index = i;
            var scope = Scope(frame, all[i]);
            scope.Set("loop", loop);
            if (body.Run(scope, output) == Flow.Break)
            {
                return Flow.Next;
            }
        }

        // As in Jinja: where there was nothing to walk.
        return all.Count == 0 && otherwise is not null ? otherwise.Run(frame.Inner(), output) : Flow.Next;
    }

    private Frame Scope(Frame frame, object? item)
    {
        var scope = frame.Inner();
        frame.Run.Step(Line);
        target.Set(scope, item);
        return scope;
    }
}

/// <summary><c>break</c> or <c>continue</c>.</summary>
internal sealed class Jump(int line, Flow flow) : Statement(line)
{
    protected override Flow Execute(Frame frame, TemplateOutput output) => flow;
}

/// <summary><c>set</c> to a value.</summary>
internal sealed class Set(int line, Target target, Expression value) : Statement(line)
{
    protected override Flow Execute(Frame frame, TemplateOutput output)
    {
        target.Set(frame, value.Value(frame));
        return Flow.Next;
    }
}

/// <summary><c>set</c> to the text of what stands up to <c>endset</c>.</summary>
internal sealed class SetBlock(
    int line, Target target, Statement body, IReadOnlyList<(TemplateFunction Filter, ArgumentList Arguments)> filters)
    : Statement(line)
{
    protected override Flow Execute(Frame frame, TemplateOutput output)
    {
        var text = new TemplateOutput(frame.Run);
        body.Run(frame.Inner(), text);
        target.Set(
            frame,
            filters.Aggregate(
                (object?)text.ToString(), (value, f) => f.Filter.Call(value, f.Arguments.Of(f.Filter.Name, frame))));
        return Flow.Next;
    }
}

/// <summary><c>macro</c>.</summary>
internal sealed class MacroDefinition(
    int line, string name, IReadOnlyList<(string Name, Expression? Default)> parameters, Statement body)
    : Statement(line)
{
    protected override Flow Execute(Frame frame, TemplateOutput output)
    {
        frame.Set(name, new Macro(name, parameters, body, frame));
        return Flow.Next;
    }
}
