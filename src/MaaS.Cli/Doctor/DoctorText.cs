using System.Globalization;
using MaaS.Primitives.Display;
using MaaS.Training.Startup;

namespace MaaS.Cli.Doctor;

/// <summary>The report as a text for people.</summary>
internal static class DoctorText
{
    public static string Render(DoctorReport report)
    {
        var facts = string.Join("", report.Versions.Select(static v => $"{v.Key,-13} {v.Value}\n"))
            + string.Join("", report.Settings.Select(static s => $"{"setting",-13} {s}\n"));
        if (report.Chosen is not { } chosen)
        {
            return facts;
        }

        var failures = string.Join("", report.Results.Where(static r => !r.IsRight)
            .Select(static r => $"{r.Setting}: {r.Failure ?? r.Worst?.ToString() ?? "measured nothing"}\n"));
        return $"""
            {facts}
            Largest error against float64, in parts of what rounding explains; above 1 is wrong.
            {Table(report.Results)}
            {failures}oneDNN: {chosen}{Ratio(report)}; later processes on this processor take it by themselves.

            """;
    }

    // One row an operator: the largest error over its shapes and results.
    private static string Table(IReadOnlyList<SettingResult> results)
    {
        List<string[]> rows = [["operator", .. results.Select(static r => r.Setting)]];
        var operators = results.SelectMany(static r => r.Errors).Select(static e => e.Operator).Distinct();
        foreach (var name in operators.Order(StringComparer.Ordinal))
        {
            rows.Add([name, .. results.Select(r => Cell(r, name))]);
        }

        rows.Add(["training step, ms", .. results.Select(Milliseconds)]);
        return TextTable.Render(rows, 1, rows.Count - 1);
    }

    private static string Milliseconds(SettingResult result)
        => result.StepMilliseconds is { } time ? time.ToString("0.00", CultureInfo.InvariantCulture) : "-";

    private static string Cell(SettingResult result, string name)
    {
        var errors = result.Errors.Where(e => e.Operator == name).Select(static e => e.Error / e.Tolerance).ToList();
        return errors.Count == 0 ? "-"
            : errors.Exists(static e => !(e <= 1))
                ? string.Create(CultureInfo.InvariantCulture, $"WRONG {errors.Max():0.##}")
            : errors.Max().ToString("0.0000", CultureInfo.InvariantCulture);
    }

    private static string Ratio(DoctorReport report)
        => report.Results.FirstOrDefault(r => r.Setting == report.Chosen)?.StepMilliseconds is { } chosen
            && report.Results.Min(static r => r.StepMilliseconds) is { } fastest
            ? string.Create(CultureInfo.InvariantCulture, $", {chosen / fastest:0.00} times the fastest setting's step")
            : "";
}
