using System.Globalization;
using MaaS.Primitives.Display;
using MaaS.Registry.Runs;
using MaaS.Registry.Studies;
using MaaS.Training.Tuning;

namespace MaaS.Cli.Tuning;

/// <summary>Prints trials as they end, and what a study has come to.</summary>
/// <param name="objectives">Of the study.</param>
/// <param name="output">Where to.</param>
/// <param name="run">Gets the values of trials as they end; null for none.</param>
internal sealed class StudyLines(IReadOnlyList<Objective> objectives, TextWriter output, RunLog? run)
    : IProgress<TrialRecord>
{
    public void Report(TrialRecord value)
    {
        var what = value.State switch
        {
            TrialState.Complete => string.Join(
                ", ", objectives.Select((o, i) => $"{o.Name} {Number(value.Values![i])}")),
            TrialState.Failed => $"failed: {value.Note}",
            _ => $"stopped at step {value.Reports.Keys.DefaultIfEmpty().Max()}",
        };
        output.WriteLine($"trial {value.Number}: {what}; {Parameters(value)}");
        foreach (var (objective, reached) in objectives.Zip(value.Values ?? []))
        {
            run?.Metric($"trial/{objective.Name}", value.Number, reached);
        }
    }

    public void Print(StudyResult result)
    {
        output.WriteLine();
        output.WriteLine(result.Summary);
        if (objectives.Count > 1)
        {
            List<string[]> rows = [["trial", .. objectives.Select(static o => o.Name), "parameters"]];
            rows.AddRange(result.Front.Select(
                t => new[] { $"{t.Number}" }.Concat(t.Values!.Select(Number)).Append(Parameters(t)).ToArray()));
            output.WriteLine(TextTable.Render(rows));
        }
        else if (result.Best is { } best)
        {
            output.WriteLine(TextTable.Render(
                [.. best.Parameters!.Select(static p => new[] { p.Key, p.Value.ToString() })]));
        }
    }

    private static string Parameters(TrialRecord trial)
        => string.Join(", ", trial.Parameters!.Select(
            static p => $"{p.Key}={(p.Value.IsText ? p.Value.ToString() : Number(p.Value.Number))}"));

    private static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
}
