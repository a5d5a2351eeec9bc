namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>A part of a template that has a value.</summary>
/// <param name="line">Where it stands, from 1.</param>
internal abstract class Expression(int line)
{
    public int Line => line;

    public object? Value(Frame frame)
    {
        StackGuard.Check();
        frame.Run.Step(line);
        return Compute(frame);
    }

    public string Text(Frame frame) => PythonText.Of(Value(frame));

    protected abstract object? Compute(Frame frame);
}
