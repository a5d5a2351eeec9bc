namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>A part of a template that is called by name and gives its text.</summary>
/// <param name="name">Its name.</param>
/// <param name="parameters">Names, with what they are where the call does not say.</param>
/// <param name="body">What is rendered.</param>
/// <param name="outer">The scope that defines it.</param>
internal sealed class Macro(
    string name, IReadOnlyList<(string Name, Expression? Default)> parameters, Statement body, Frame outer)
{
    public object? Call(CallArguments arguments)
    {
        if (arguments.Positional.Count > parameters.Count)
        {
            throw new TemplateFault(
                $"macro {name}: expected at most {parameters.Count} values, got {arguments.Positional.Count}");
        }

        arguments.Run.EnterCall();
        var frame = outer.Inner();
        var unknown = new HashSet<string>(arguments.Named.Keys, StringComparer.Ordinal);
        for (var i = 0; i < parameters.Count; i++)
        {
            var (parameter, absent) = parameters[i];
            frame.Set(
                parameter,
                i < arguments.Positional.Count ? arguments.Positional[i]
                : unknown.Remove(parameter) ? arguments.Named[parameter]
                : absent is not null ? absent.Value(frame)
                : new Undefined($"the parameter '{parameter}'"));
        }

        if (unknown.Count > 0)
        {
            throw new TemplateFault($"macro {name}: the value '{unknown.First()}' is unknown, or given twice");
        }

        var output = new TemplateOutput(arguments.Run);
        body.Run(frame, output);
        arguments.Run.LeaveCall();
        return output.ToString();
    }
}
