namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>One run of a template: what it may still use, and where it is.</summary>
/// <param name="time">What <c>strftime_now</c> reads.</param>
internal sealed class Rendering(TimeProvider time)
{
    /// <summary>Nodes that one run may compute.</summary>
    public const long MaxSteps = 4_000_000;

    /// <summary>Characters and list items that one run may make, those in between included.</summary>
    public const long MaxMade = 128L << 20;

    /// <summary>Most numbers of a <c>range</c>, as Jinja's sandbox has it.</summary>
    public const long MaxRange = 100_000;

    /// <summary>Macros within macros.</summary>
    public const int MaxCalls = 100;

    private long _steps;
    private long _made;
    private int _calls;

    /// <summary>The line of the template that is being computed.</summary>
    public int Line { get; private set; }

    public DateTimeOffset Now => time.GetLocalNow();

    /// <summary>Counts a node.</summary>
    public void Step(int line)
    {
        Line = line;
        if (++_steps > MaxSteps)
        {
            throw new TemplateFault($"the template does not end within {MaxSteps:N0} steps");
        }
    }

    /// <summary>Counts what is about to be made.</summary>
    public void Make(long size)
    {
        _made = size > MaxMade ? MaxMade + 1 : _made + size;
        if (_made > MaxMade)
        {
            throw new TemplateFault($"the template makes more than {MaxMade:N0} characters and items");
        }
    }

    public void EnterCall()
    {
        if (++_calls > MaxCalls)
        {
            throw new TemplateFault($"macros call each other more than {MaxCalls} deep");
        }
    }

    public void LeaveCall() => _calls--;
}
