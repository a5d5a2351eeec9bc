namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>What a statement asks of the loop around it.</summary>
internal enum Flow
{
    /// <summary>Go on.</summary>
    Next,

    /// <summary>Leave the loop.</summary>
    Break,

    /// <summary>Take the loop's next item.</summary>
    Continue,
}

/// <summary>A part of a template that does something.</summary>
/// <param name="line">Where it stands, from 1.</param>
internal abstract class Statement(int line)
{
    public int Line => line;

    public Flow Run(Frame frame, TemplateOutput output)
    {
        StackGuard.Check();
        frame.Run.Step(line);
        return Execute(frame, output);
    }

    protected abstract Flow Execute(Frame frame, TemplateOutput output);
}
