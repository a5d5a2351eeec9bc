using System.Globalization;
using MaaS.Registry.Studies;

namespace MaaS.Training.Tuning.Spaces;

/// <summary>Parameters as words of a command line: <c>learning-rate=1e-5..1e-2:log</c>, <c>layers=1..4</c>,
/// <c>units=32..512:step=32</c>, <c>optimizer=adam,sgd</c>, <c>momentum=0.0..0.99 when optimizer=sgd</c>.</summary>
/// <remarks>A range is of whole numbers where both ends and the step are written as such.</remarks>
public static class SpaceText
{
    private const string Conditional = " when ";

    /// <summary>Reads a parameter.</summary>
    /// <exception cref="ArgumentException">It is none; the message shows the forms.</exception>
    public static Parameter Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(Conditional, 2);
        if (parts[0].Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } values])
        {
            throw Wrong(text);
        }

        var when = parts.Length == 1 ? null
            : parts[1].Split('=', 2) is [{ Length: > 0 } other, { Length: > 0 } known]
                ? Condition.Of(other.Trim(), [.. known.Split('|').Select(Value)])
                : throw Wrong(text);
        return values.Contains("..", StringComparison.Ordinal)
            ? Range(name.Trim(), values, when, text)
            : new CategoricalParameter(name.Trim(), [.. values.Split(',').Select(Value)], when);
    }

    /// <summary>A value as it is meant: a number where it reads as one.</summary>
    public static ParameterValue Value(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Number(text.Trim()) is { } number ? number : text.Trim();
    }

    internal static string Write(Parameter parameter)
    {
        var values = parameter switch
        {
            FloatParameter f => $"{Float(f.Low)}..{Float(f.High)}{(f.Log ? ":log" : "")}"
                + (f.Step is { } step ? $":step={Float(step)}" : ""),
            IntParameter i => $"{i.Low}..{i.High}{(i.Log ? ":log" : "")}{(i.Step == 1 ? "" : $":step={i.Step}")}",
            CategoricalParameter c => string.Join(',', c.Choices),
            _ => throw new ArgumentException($"expected a kind of parameter that is known, got {parameter.GetType()}."),
        };
        return $"{parameter.Name}={values}{(parameter.When is { } when ? $"{Conditional}{when}" : "")}";
    }

    private static Parameter Range(string name, string values, Condition? when, string text)
    {
        var words = values.Split(':');
        if (words[0].Split("..") is not [var low, var high] || Number(low) is not { } from
            || Number(high) is not { } to)
        {
            throw Wrong(text);
        }

        var (log, step) = (false, (string?)null);
        foreach (var word in words.Skip(1))
        {
            switch (word.Split('=', 2))
            {
                case ["log"]:
                    log = true;
                    break;
                case ["step", var distance] when Number(distance) is not null:
                    step = distance;
                    break;
                default:
                    throw Wrong(text);
            }
        }

        return IsWhole(low) && IsWhole(high) && (step is null || IsWhole(step))
            ? new IntParameter(name, (long)from, (long)to, log, step is null ? 1 : (long)Number(step)!.Value, when)
            : new FloatParameter(name, from, to, log, step is null ? null : Number(step), when);
    }

    // With a point or an exponent, so that it does not read as a whole number.
    private static string Float(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        return IsWhole(text) ? $"{text}.0" : text;
    }

    private static bool IsWhole(string text)
        => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    private static double? Number(string text)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) ? number : null;

    private static ArgumentException Wrong(string text) => new(
        "search: expected NAME=LOW..HIGH with :log and :step=NUMBER if wanted, or NAME=A,B,C, and perhaps "
            + $"' when OTHER=A|B', got '{text}'.");
}
