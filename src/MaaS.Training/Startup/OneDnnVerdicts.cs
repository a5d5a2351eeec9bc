using System.Collections.Immutable;
using System.Globalization;

namespace MaaS.Training.Startup;

/// <summary>What is known of oneDNN's settings on one processor with one version of libtorch.</summary>
internal sealed record OneDnnVerdicts
{
    private const string Header = "MaaS: oneDNN on this processor, version 1";

    /// <summary>Nothing is known.</summary>
    public static OneDnnVerdicts None { get; } = new();

    /// <summary>Settings that passed.</summary>
    public ImmutableHashSet<string> Right { get; init; } = [];

    /// <summary>Settings that gave wrong numbers or ended the process, and what was seen.</summary>
    public ImmutableDictionary<string, string> Wrong { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The setting that measured fastest among the right ones; null where none was measured.</summary>
    public string? Fastest { get; init; }

    /// <summary>The check that has begun and not ended, its process, and which attempt it is.</summary>
    public (string Setting, int Process, long Started, int Attempt)? Trying { get; init; }

    /// <summary>
    /// The setting to take: the fastest that was measured, else the first that is not known to be wrong.
    /// </summary>
    /// <param name="ladder">Settings, the fastest first; the last is right by itself.</param>
    public string Choose(IReadOnlyList<string> ladder)
        => Fastest is { } fastest && !Wrong.ContainsKey(fastest) && ladder.Contains(fastest)
            ? fastest
            : ladder.FirstOrDefault(setting => !Wrong.ContainsKey(setting), ladder[^1]);

    /// <summary>The file's text, a fact a line.</summary>
    public string Write()
    {
        List<string> lines = [Header, .. Right.Order().Select(static s => $"right {s}")];
        lines.AddRange(Wrong.OrderBy(static w => w.Key)
            .Select(static w => $"wrong {w.Key} {w.Value.ReplaceLineEndings(" ")}"));
        if (Fastest is { } fastest)
        {
            lines.Add($"fastest {fastest}");
        }

        if (Trying is var (setting, process, started, attempt))
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"trying {setting} {process} {started} {attempt}"));
        }

        return string.Join('\n', lines) + "\n";
    }

    /// <summary>Reads a file's text; <see cref="None"/> where it is not one of these, whole.</summary>
    public static OneDnnVerdicts Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0] != Header)
        {
            return None;
        }

        var verdicts = None;
        foreach (var line in lines[1..])
        {
            var words = line.Split(' ', 3);
            if (words.Length < 2 || verdicts.With(words) is not { } next)
            {
                return None;
            }

            verdicts = next;
        }

        return verdicts;
    }

    private OneDnnVerdicts? With(string[] words) => words switch
    {
        ["right", var setting] => this with { Right = Right.Add(setting) },
        ["wrong", var setting, var seen] => this with { Wrong = Wrong.SetItem(setting, seen) },
        ["fastest", var setting] => this with { Fastest = setting },
        ["trying", var setting, var rest] when rest.Split(' ') is [var process, var started, var attempt]
            && int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && long.TryParse(started, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            => this with { Trying = (setting, id, seconds, count) },
        _ => null,
    };
}
