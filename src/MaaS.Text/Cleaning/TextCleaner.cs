using System.Collections.Frozen;

namespace MaaS.Text.Cleaning;

/// <summary>Cleaning steps in a fixed order.</summary>
public sealed class TextCleaner
{
    private static readonly ICleaningStep[] Known =
        [new MailText(), new HtmlText(), new UnicodeText(), new PersonalDataMask(), new LowerCase(), new Whitespace(),
            new RepeatedSymbols()];

    private static readonly FrozenDictionary<string, ICleaningStep> ByName = Known.ToFrozenDictionary(
        static s => s.Name, StringComparer.Ordinal);

    private readonly ICleaningStep[] _steps;

    /// <summary>A cleaner of named steps.</summary>
    /// <param name="steps">Names of <see cref="All"/>, applied in this order; none to leave texts as they are.</param>
    /// <exception cref="ArgumentException">A name is unknown.</exception>
    public TextCleaner(params IEnumerable<string> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        _steps = [
            .. steps.Select(
                static name
                    => name is not null && ByName.TryGetValue(name, out var step) ? step : throw new ArgumentException(
            $"Cleaning: expected steps among {string.Join(", ", Known.Select(static s => s.Name))}, got '{name}'.",
            nameof(steps)))];
    }

    /// <summary>Every step, in the order in which they are usually applied.</summary>
    public static IReadOnlyList<ICleaningStep> All => Known;

    /// <summary>Names of the steps.</summary>
    public IReadOnlyList<string> Steps => [.. _steps.Select(static s => s.Name)];

    /// <summary>Whether a name is that of a step.</summary>
    public static bool IsStep(string? name) => name is not null && ByName.ContainsKey(name);

    /// <summary>Applies every step.</summary>
    public string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var step in _steps)
        {
            text = step.Apply(text);
        }

        return text;
    }
}
