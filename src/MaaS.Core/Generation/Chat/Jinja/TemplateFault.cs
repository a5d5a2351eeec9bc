namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>What is wrong with a template or with what it was given.</summary>
internal sealed class TemplateFault : Exception
{
    public TemplateFault()
    {
    }

    public TemplateFault(string message)
        : base(message)
    {
    }

    public TemplateFault(string message, Exception inner)
        : base(message, inner)
    {
    }

    public TemplateFault(int line, string message)
        : base(message)
        => Line = line;

    /// <summary>From 1; 0 where whoever throws does not know it.</summary>
    public int Line { get; }
}
